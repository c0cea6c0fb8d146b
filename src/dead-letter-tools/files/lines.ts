import { createReadStream } from 'node:fs';
import { DeadLetterToolsError } from '../error.ts';

/** A line of a file, without its newline. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** Bytes of the file up to the end of this line, newline included. */
  readonly end: number;
}

const NEWLINE = 0x0a;

/**
 * Reads the complete lines of a file, one by one. A last line without its newline was cut off by a crash, and is left out.
 *
 * @param start how many bytes of the file to skip
 * @throws {DeadLetterToolsError} when the file cannot be read
 */
export async function* readLines(path: string, start = 0): AsyncGenerator<Line> {
  let number = 0;
  let end = start;
  let pieces: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { start }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        pieces.push(chunk.subarray(from, at));
        const line = Buffer.concat(pieces);
        pieces = [];
        from = at + 1;
        number += 1;
        end += line.length + 1;
        yield { number, text: line.toString('utf8'), end };
      }
      if (from < chunk.length) pieces.push(chunk.subarray(from));
    }
  } catch (error) {
    throw toFileError(error, path, 'read');
  }
}

/** Says why a file cannot be used. */
export function toFileError(
  error: unknown,
  path: string,
  action: 'read' | 'written',
): DeadLetterToolsError {
  if (error instanceof DeadLetterToolsError) return error;
  const { code } = Object(error) as { code?: unknown };
  return new DeadLetterToolsError(`${path} cannot be ${action} (${String(code)}).`);
}
