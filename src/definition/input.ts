import type { SinkRecord } from '../record/record.ts';
import { decodeUtf8 } from '../record/utf8.ts';
import { isTooDeep, TOO_DEEP } from './depth.ts';
import { parseExact } from './exact-json.ts';
import { Invalid } from './invalid.ts';

/** A record while it is decoded. There is one, filled again for each record: decoding is synchronous. */
export interface Input {
  record: SinkRecord;
  /** The value as text, and parsed. */
  text: string;
  value: unknown;
  /** The key, once a column has asked for it. */
  key: Document | Invalid | undefined;
}

/** JSON as text, and parsed. */
export interface Document {
  readonly text: string;
  readonly value: unknown;
}

const NOT_UTF8 = new Invalid('not UTF-8');
const NOT_JSON = new Invalid('not JSON');

/** Reads bytes as JSON, without losing digits. */
export function readDocument(bytes: Buffer): Document | Invalid {
  const text = readText(bytes);
  return typeof text === 'string' ? parseDocument(text) : text;
}

function parseDocument(text: string): Document | Invalid {
  if (isTooDeep(text)) return TOO_DEEP;
  try {
    return { text, value: parseExact(text) };
  } catch {
    // The parser's message quotes the text.
    return NOT_JSON;
  }
}

export function readText(bytes: Buffer): string | Invalid {
  return decodeUtf8(bytes) ?? NOT_UTF8;
}
