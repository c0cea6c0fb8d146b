import { isUtf8 } from 'node:buffer';
import { decodeBase64 } from '../../record/base64.ts';

/** Names of fields with data about people, however they are written: `user_id`, `userId`, `User-ID`. */
const SENSITIVE = new Set(['body', 'title', 'userid']);

/** Strings, brackets and commas, and what is between: numbers, true, false, null. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Takes JSON apart, as it is written: its numbers in all their digits, and a name as often as it is there. */
export function tokensOf(json: string): string[] {
  return json.match(TOKENS) ?? [];
}

/** Whether values under this name are masked. */
export function isSensitive(name: string): boolean {
  return SENSITIVE.has(name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
}

/**
 * Masks body, title and user id in JSON whose shape nobody knows: at any depth, also in JSON that is written into a string.
 * A string that is under no name at all is masked too. What stays are other fields, all names, and the shape.
 *
 * @param tokens of valid JSON
 * @returns tokens of valid JSON, each mask a string of it
 */
export function redact(tokens: readonly string[]): string[] {
  const out: string[] = [];
  let objects = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (token === '{') objects += 1;
    if (token === '}') objects -= 1;
    const isName = tokens[at + 1] === ':';
    if (isName && isSensitive(JSON.parse(token))) {
      const end = endOf(tokens, at + 2);
      out.push(token, ':', mask(tokens.slice(at + 2, end)));
      at = end - 1;
    } else if (token.startsWith('"') && !isName) {
      out.push(objects > 0 ? redactWithin(token) : mask([token]));
    } else out.push(token);
  }
  return out;
}

/** @returns the place behind the value that begins at a place */
function endOf(tokens: readonly string[], start: number): number {
  let depth = 0;
  let at = start;
  do {
    const token = tokens[at] ?? '';
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

/** Says what was there, not what it was. */
function mask([first = '', ...rest]: readonly string[]): string {
  if (first === 'null') return first;
  const kind = first.startsWith('"')
    ? `${(JSON.parse(first) as string).length} characters`
    : first === '{'
      ? 'object'
      : first === '['
        ? 'array'
        : first === 'true' || first === 'false'
          ? 'boolean'
          : 'number';
  const empty = rest.length === 1 ? 'empty ' : '';
  return JSON.stringify(`[redacted: ${empty}${kind}]`);
}

/** Text and JSON in base64 is masked as a whole: a letter of a version that nobody knows here holds its record so. */
function redactWithin(token: string): string {
  const text = JSON.parse(token) as string;
  if (isJson(text)) return JSON.stringify(redact(tokensOf(text)).join(''));
  return text.length >= MIN_BASE64 && decodesToText(text) ? mask([token]) : token;
}

/** A word is seldom base64 of text. */
const MIN_BASE64 = 8;

function decodesToText(text: string): boolean {
  const bytes = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? decodeBase64(text) : null;
  return bytes !== null && isUtf8(bytes) && !/[\p{Cc}\p{Cn}]/u.test(bytes.toString());
}

/** Whether a text is JSON of an object or an array. */
export function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
