import type { Values } from '../../../record/table.ts';

/**
 * Rows as COPY takes them: each a line of values between tabs.
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */

/** NULL. The same text as a value has its backslash escaped. */
const NULL = '\\N';
const TAB = 0x09;
const NEWLINE = 0x0a;

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const SPECIAL = /[\\\n\r\t]/;
const SPECIALS = /[\\\n\r\t]/g;

/** Bytes of a row to begin with; more are taken when they are needed. */
const USUAL_ROW = 512;

/** UTF-8 takes so many bytes for a unit of a string at most. */
const MAX_BYTES = 3;

/** Units of a text up to which it is written here one by one: a pattern and a call of `write` for it take longer. */
const SHORT = 16;

/** Whether a code of ASCII is written as it is. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(!SPECIAL.test(String.fromCharCode(code))),
);

/** Writes rows into a buffer at once: strings of them first cost more, and their garbage as much again. */
export function encodeLines(rows: readonly { readonly row: Values }[]): Buffer {
  let buffer: Buffer = Buffer.allocUnsafe(rows.length * USUAL_ROW);
  let at = 0;
  for (const { row } of rows) {
    // By position: an iterator for each row costs a fifteenth of the time of encoding.
    for (let position = 0; position < row.length; position += 1) {
      const value = row[position] as string | null;
      // Escaped, a unit takes two bytes.
      const most = at + (value ?? NULL).length * MAX_BYTES + 1;
      if (most > buffer.length) buffer = enlarged(buffer, at, most);
      at = value === null ? at + buffer.write(NULL, at) : write(buffer, value, at);
      buffer[at] = TAB;
      at += 1;
    }
    buffer[at - 1] = NEWLINE;
  }
  return buffer.subarray(0, at);
}

/** @returns the end of what was written */
function write(buffer: Buffer, text: string, at: number): number {
  const { length } = text;
  if (length > SHORT) return at + buffer.write(SPECIAL.test(text) ? escaped(text) : text, at);
  for (let unit = 0; unit < length; unit += 1) {
    const code = text.charCodeAt(unit);
    if (!PLAIN[code]) return at + buffer.write(escaped(text), at);
    buffer[at + unit] = code;
  }
  return at + length;
}

function escaped(value: string): string {
  return value.replace(SPECIALS, (character) => ESCAPES[character] ?? character);
}

function enlarged(buffer: Buffer, used: number, least: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(least, buffer.length * 2));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

const ESCAPED = /\\(.)/g;
const UNESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Reads rows back, for those that COPY refused. */
export function decodeLines(lines: Buffer): Values[] {
  return lines
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map((text) => (text === NULL ? null : unescaped(text))));
}

/** The first of some lines: a newline within a value is escaped. */
export const firstLine = (lines: Buffer): Buffer => lines.subarray(0, lines.indexOf(NEWLINE) + 1);

function unescaped(text: string): string {
  return text.replace(ESCAPED, (_, character) => UNESCAPES[character] ?? character);
}
