import { open } from 'node:fs/promises';
import { DeadLetterToolsError } from '../error.ts';
import type { Message } from '../queue/queue-client.ts';
import { fromLine, toLine } from './exported.ts';
import { readLines, toFileError } from './lines.ts';

/** A file that letters are written to. */
export interface Export {
  /** Messages that were in the file before. */
  readonly before: number;
  /** Messages that were added. */
  readonly added: number;
  /** Adds those messages that are not in the file yet. */
  write(messages: readonly Message[]): Promise<void>;
  /** Brings the file to the disk, and closes it. */
  close(): Promise<void>;
}

/**
 * Opens a file for an export, or an export that was interrupted: what is in it stays, and is not written again; a last line
 * that was torn is cut off. Only its owner may read a new file, for it holds the records.
 *
 * @throws {DeadLetterToolsError} where the file cannot be written, or holds something else
 */
export async function openExport(path: string): Promise<Export> {
  // Created, and kept where it is there already.
  const file = await open(path, 'a', 0o600).catch((error) => {
    throw toFileError(error, path, 'written');
  });
  try {
    const known = new Set<string>();
    let whole = 0;
    for await (const { number, text, end } of readLines(path)) {
      const line = fromLine(text);
      if (!line)
        throw new DeadLetterToolsError(
          `${path} holds something else than letters (line ${number}): name another file.`,
        );
      known.add(line.messageId);
      whole = end;
    }
    await file.truncate(whole);
    const before = known.size;
    return {
      before,
      get added() {
        return known.size - before;
      },
      async write(messages) {
        const fresh = messages.filter(({ id }) => !known.has(id));
        for (const { id } of fresh) known.add(id);
        const text = fresh.map((message) => `${toLine(message)}\n`).join('');
        await file.appendFile(text).catch((error) => {
          throw toFileError(error, path, 'written');
        });
      },
      async close() {
        await file.sync();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
