import { hash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { isIndex, isObject } from '../../record/guards.ts';
import { DeadLetterToolsError } from '../error.ts';
import type { QueueClient } from '../queue/queue-client.ts';
import { type Exported, fromLine } from './exported.ts';
import { readLines, toFileError } from './lines.ts';

/** How far an import has come. A file beside the imported one holds it. */
interface Progress {
  readonly queueUrl: string;
  /** SHA-256 of the file's first line, which another export under the same name does not share. */
  readonly firstLineSha256: string;
  /** Bytes of the file whose messages were sent. */
  readonly bytes: number;
  /** Messages that were sent. */
  readonly messages: number;
}

/** What an import did. */
export interface Imported {
  /** Messages that earlier imports of this file sent. */
  readonly before: number;
  readonly sent: number;
  /** Whether the file's last line is incomplete; it was not sent. */
  readonly incomplete: boolean;
}

/** Messages between two writes of the progress. */
const WINDOW = 100;

/** The file beside an imported file that says how far the import has come. */
export const progressFileOf = (path: string) => `${path}.progress`;

/**
 * Sends the messages of an exported file to a queue, in the order of the file.
 *
 * An interrupted import continues when it is run again, as it writes its progress after every 100 messages; an import that
 * was complete sends nothing the second time. A standard queue of SQS does not recognise repeated messages, so after a
 * crash between SQS's answer and the write the next import sends up to 100 messages again. `replay` recognises these
 * duplicates by id and content.
 *
 * @param onProgress is called with the number of messages sent so far
 * @param signal ends the import after the messages in progress
 * @throws {DeadLetterToolsError} when the file or the queue cannot be used, or the progress belongs to another file or queue
 */
export async function importMessages(
  path: string,
  queueUrl: string,
  queue: QueueClient,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<Imported> {
  const start = await readProgress(path, queueUrl);
  let sent = 0;
  let window: Exported[] = [];
  const flush = async (end: number) => {
    const ids = await queue.send(window.map(({ message }) => message));
    const refused = ids.filter((id) => id === null).length;
    if (refused > 0)
      throw new DeadLetterToolsError(
        `SQS did not accept ${refused} of ${window.length} messages: import again, which sends these ${window.length} again.`,
      );
    sent += window.length;
    window = [];
    await writeProgress(path, { ...start, bytes: end, messages: start.messages + sent });
    onProgress(sent);
  };
  let last = start.bytes;
  for await (const { number, text, end } of readLines(path, start.bytes)) {
    const line = fromLine(text);
    if (!line)
      throw new DeadLetterToolsError(
        `${path} is not an exported file (line ${start.messages + number}); ${sent} messages before that line were sent.`,
      );
    window.push(line);
    last = end;
    if (window.length < WINDOW) continue;
    await flush(end);
    if (signal.aborted) break;
  }
  if (window.length > 0) await flush(last);
  const incomplete = !signal.aborted && (await sizeOf(path)) > last;
  return { before: start.messages, sent, incomplete };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw toFileError(error, path, 'read');
  }
}

async function readProgress(path: string, queueUrl: string): Promise<Progress> {
  const file = progressFileOf(path);
  const firstLineSha256 = await hashFirstLine(path);
  let progress: unknown;
  try {
    progress = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT')
      return { queueUrl, firstLineSha256, bytes: 0, messages: 0 };
    throw error instanceof SyntaxError ? unreadable(file) : toFileError(error, file, 'read');
  }
  if (!isObject(progress) || !isIndex(progress.bytes) || !isIndex(progress.messages))
    throw unreadable(file);
  if (progress.firstLineSha256 !== firstLineSha256)
    throw new DeadLetterToolsError(
      `${file} belongs to another file that had this name: remove it to import ${path}.`,
    );
  if (progress.queueUrl !== queueUrl)
    throw new DeadLetterToolsError(
      `${file} belongs to an import into another queue: remove it to import ${path} into this one too.`,
    );
  return { queueUrl, firstLineSha256, bytes: progress.bytes, messages: progress.messages };
}

async function hashFirstLine(path: string): Promise<string> {
  for await (const { text } of readLines(path)) return hash('sha256', text);
  return hash('sha256', '');
}

function unreadable(file: string): DeadLetterToolsError {
  return new DeadLetterToolsError(
    `${file} does not say how far an import has come: remove it to start again.`,
  );
}

/** Writes and renames, so that a crash leaves either the old progress or the new one. */
async function writeProgress(path: string, progress: Progress): Promise<void> {
  const file = progressFileOf(path);
  try {
    await writeFile(`${file}.new`, JSON.stringify(progress), { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw toFileError(error, file, 'written');
  }
}
