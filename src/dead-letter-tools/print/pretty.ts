import { isUtf8 } from 'node:buffer';
import type { DeadLetter } from '../../dead-letter/write-dead-letter.ts';
import { decodeBase64 } from '../../record/base64.ts';
import { isJson, tokensOf } from './json-tokens.ts';
import { maskJson } from './mask-json.ts';
import { plain } from './plain.ts';
import { hexDump } from './pretty-hex.ts';
import { cutAt, layOut } from './pretty-json.ts';
import { type Redaction, type Rule, showsAll } from './redaction.ts';

export interface PrettyOptions extends Limit {
  /** What is shown of the record; null for everything. Names of fields and of headers are always shown. */
  readonly redaction: Redaction | null;
}

interface Limit {
  /** How many characters of a value, a key or a header are shown; default 16,384. */
  readonly most?: number;
}

/** For a key, a header or a value by itself. */
export interface ShowOptions extends Limit {
  /** What is shown of it; null for everything. */
  readonly rule: Rule | null;
}

/** What is in a dead letter, for a person. */
export interface Pretty {
  readonly key: Shown;
  readonly headers: readonly { readonly name: string; readonly value: Shown }[];
  readonly value: Shown;
}

export interface Shown {
  /** Such as `JSON, 231 bytes`, `none`, `text, 12 bytes (redacted)`. */
  readonly what: string;
  /** Lines, which may be long, without a last newline; null when there is nothing to show. */
  readonly text: string | null;
}

const MOST = 16_384;
const MOST_OF_A_NAME = 200;
const HEX_LINE = 78;
const HEX_WIDTH = 16;
const format = new Intl.NumberFormat('en-US').format;

/**
 * Shows key, headers and value of a dead letter: as pretty JSON, as UTF-8 text, or else as a hex dump. Nothing in it can
 * steer the terminal, whatever the record holds.
 */
export function pretty(
  deadLetter: Pick<DeadLetter, 'record' | 'valueOmitted' | 'valueBytes' | 'valueSha256'>,
  { redaction, ...limit }: PrettyOptions,
): Pretty {
  const { key, value, headers } = deadLetter.record;
  const by = (rule: Rule | null | undefined): ShowOptions => ({ ...limit, rule: rule ?? null });
  return {
    key: show(key, by(redaction?.key)),
    headers: headers.map((header) => ({
      name: plain(header.name, MOST_OF_A_NAME),
      value: show(header.value, by(redaction?.header(header.name))),
    })),
    value: deadLetter.valueOmitted ? showOmitted(deadLetter) : show(value, by(redaction?.value)),
  };
}

function showOmitted({ valueBytes, valueSha256 }: Pick<DeadLetter, 'valueBytes' | 'valueSha256'>) {
  const bytes = Number.isSafeInteger(valueBytes) ? `${format(valueBytes ?? 0)} bytes` : 'large';
  const hash = plain(String(valueSha256 ?? 'unknown'), 64);
  return {
    what: `left out of the dead letter (${bytes}, SHA-256 ${hash}): Kafka has it`,
    text: null,
  };
}

/** @param content as it came: base64, unless the record is malformed; or null */
function show(content: string | null, options: ShowOptions): Shown {
  if (content === null) return { what: 'none', text: null };
  const bytes = decodeBase64(content);
  if (bytes) return showBytes(bytes, options);
  const what = `not base64, ${format(content.length)} characters`;
  return options.rule
    ? { what: `${what} (redacted)`, text: null }
    : { what, text: cut(textLines(content), options.most ?? MOST) };
}

/** Shows the bytes of a key, a header or a value. */
export function showBytes(bytes: Buffer, options: ShowOptions): Shown {
  const most = options.most ?? MOST;
  const size = `${format(bytes.length)} ${bytes.length === 1 ? 'byte' : 'bytes'}`;
  const text = isUtf8(bytes) && !bytes.includes(0) ? bytes.toString() : null;
  if (text !== null && isJson(text)) {
    const tokens = tokensOf(text);
    const json = layOut(options.rule ? maskJson(tokens, options.rule) : tokens, most);
    return { what: `JSON, ${size}`, text: withRest(json.text, json.left, 'characters') };
  }
  const what = `${text === null ? 'bytes' : 'text'}, ${size}`;
  if (options.rule && !showsAll(options.rule)) return { what: `${what} (redacted)`, text: null };
  if (text !== null) return { what, text: cut(textLines(text), most) };
  const shown = bytes.subarray(0, Math.floor(most / HEX_LINE) * HEX_WIDTH);
  return { what, text: withRest(hexDump(shown), bytes.length - shown.length, 'bytes') };
}

function textLines(text: string): string {
  return text
    .split('\n')
    .map((line) => plain(line, Number.POSITIVE_INFINITY))
    .join('\n');
}

function cut(text: string, most: number): string {
  const head = cutAt(text, most);
  return withRest(head, text.length - head.length, 'characters');
}

function withRest(text: string, left: number, unit: string): string {
  return left > 0 ? `${text}\n… ${format(left)} ${unit} more` : text;
}
