import { open } from 'node:fs/promises';
import { DeadLetterToolsError } from '../error.ts';
import type { Message } from '../queue/queue-client.ts';
import { fromLine, toLine } from './exported.ts';
import { readLines, toFileError } from './lines.ts';

/** A file that messages are exported to. */
export interface Export {
  /** Messages that the file held before. */
  readonly before: number;
  /** Messages that were added. */
  readonly added: number;
  /** Adds the messages that are not in the file yet. */
  write(messages: readonly Message[]): Promise<void>;
  /** Flushes the file to disk, and closes it. */
  close(): Promise<void>;
}

/**
 * Opens a new file for an export, or a file that an earlier export wrote: its messages stay and are not written again, and
 * an incomplete last line is removed. Only the owner may read a new file, as it holds the records.
 *
 * @throws {DeadLetterToolsError} when the file cannot be written, or holds anything but exported messages
 */
export async function openExport(path: string): Promise<Export> {
  // Creates the file, or keeps its content.
  const file = await open(path, 'a', 0o600).catch((error) => {
    throw toFileError(error, path, 'written');
  });
  try {
    const known = new Set<string>();
    let complete = 0;
    for await (const { number, text, end } of readLines(path)) {
      const line = fromLine(text);
      if (!line)
        throw new DeadLetterToolsError(
          `${path} is not an exported file (line ${number}): name another file.`,
        );
      known.add(line.messageId);
      complete = end;
    }
    await file.truncate(complete);
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
