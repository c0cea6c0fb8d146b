import { hash } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { isIndex, isObject } from '../../record/guards.ts';
import { LettersError } from '../error.ts';
import type { Mailbox } from '../queue/queue-client.ts';
import { type Exported, fromLine } from './exported.ts';
import { fileTrouble, readLines } from './lines.ts';

/** How far an import has come: it is kept in a file beside the imported one. */
interface Progress {
  readonly queueUrl: string;
  /** SHA-256 of the file's first line: another export under the same name has another one. */
  readonly file: string;
  /** Bytes of the file whose letters are in the queue. */
  readonly bytes: number;
  readonly letters: number;
}

/** What an import has done. */
export interface Imported {
  /** Letters that an earlier import had sent. */
  readonly before: number;
  readonly sent: number;
  /** Whether the file's last line is torn off; it was not sent. */
  readonly torn: boolean;
}

/** Messages between two notes of the progress. */
const WINDOW = 100;

/** The file beside an imported file that says how far the import has come. */
export const progressFileOf = (path: string) => `${path}.progress`;

/**
 * Sends the letters of an export to a queue, in the order of the file.
 *
 * It can be interrupted and run again: after every 100 letters it is noted how far it has come, and an import of the whole
 * file sends nothing the second time. SQS takes no token by which it would know a repeat in a standard queue, so a crash
 * between its answer and the note makes the next import send those 100 again: as second letters, which `replay` recognises
 * by their id and content.
 *
 * @param onProgress is told how many were sent so far
 * @param signal ends it after the letters in hand
 * @throws {LettersError} where the file or the queue cannot be used, or the progress is that of another file or queue
 */
export async function importLetters(
  path: string,
  queueUrl: string,
  mailbox: Mailbox,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<Imported> {
  const start = await readProgress(path, queueUrl);
  let sent = 0;
  let window: Exported[] = [];
  const flush = async (end: number) => {
    const ids = await mailbox.send(window.map(({ parcel }) => parcel));
    const refused = ids.filter((id) => id === null).length;
    if (refused > 0)
      throw new LettersError(
        `SQS did not accept ${refused} of ${window.length} letters; nothing is noted of these, so the next import sends them again.`,
      );
    sent += window.length;
    window = [];
    await writeProgress(path, { ...start, bytes: end, letters: start.letters + sent });
    onProgress(sent);
  };
  let last = start.bytes;
  for await (const { number, text, end } of readLines(path, start.bytes)) {
    const line = fromLine(text);
    if (!line)
      throw new LettersError(
        `${path} holds something else than letters (line ${start.letters + number}); ${sent} letters before it were sent.`,
      );
    window.push(line);
    last = end;
    if (window.length < WINDOW) continue;
    await flush(end);
    if (signal.aborted) break;
  }
  if (window.length > 0) await flush(last);
  const torn = !signal.aborted && (await sizeOf(path)) > last;
  return { before: start.letters, sent, torn };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw fileTrouble(error, path, 'read');
  }
}

async function readProgress(path: string, queueUrl: string): Promise<Progress> {
  const note = progressFileOf(path);
  const file = await nameOf(path);
  let progress: unknown;
  try {
    progress = JSON.parse(await readFile(note, 'utf8'));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT')
      return { queueUrl, file, bytes: 0, letters: 0 };
    throw error instanceof SyntaxError ? unreadable(note) : fileTrouble(error, note, 'read');
  }
  if (!isObject(progress) || !isIndex(progress.bytes) || !isIndex(progress.letters))
    throw unreadable(note);
  if (progress.file !== file)
    throw new LettersError(
      `${note} is about another file that had this name: remove it to import ${path}.`,
    );
  if (progress.queueUrl !== queueUrl)
    throw new LettersError(
      `${note} is about another queue: remove it to import ${path} into this one too.`,
    );
  return { queueUrl, file, bytes: progress.bytes, letters: progress.letters };
}

async function nameOf(path: string): Promise<string> {
  for await (const { text } of readLines(path)) return hash('sha256', text);
  return hash('sha256', '');
}

function unreadable(file: string): LettersError {
  return new LettersError(
    `${file} does not say how far an import has come: remove it to start anew.`,
  );
}

/** All at once, so that a crash leaves the old note or the new one. */
async function writeProgress(path: string, progress: Progress): Promise<void> {
  const file = progressFileOf(path);
  try {
    await writeFile(`${file}.new`, JSON.stringify(progress), { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw fileTrouble(error, file, 'written');
  }
}
