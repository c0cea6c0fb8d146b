import { isUtf8 } from 'node:buffer';
import { decodeBase64 } from '../../record/base64.ts';

/** Names of fields with personal data, in any spelling: `user_id`, `userId`, `User-ID`. */
const SENSITIVE = new Set(['body', 'title', 'userid']);

/** Strings, punctuation, and what is between: numbers, true, false, null. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Splits JSON as it is written: numbers keep all their digits, and repeated names stay repeated. */
export function tokensOf(json: string): string[] {
  return json.match(TOKENS) ?? [];
}

/** Whether values under this name are masked. */
export function isSensitive(name: string): boolean {
  return SENSITIVE.has(name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
}

/**
 * Masks body, title and user id in JSON of unknown shape: at any depth, and in JSON that a string contains. A string that
 * belongs to no field at all is masked too. Other fields, all names and the shape stay.
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

/** @returns the index after the value that begins at `start` */
export function endOf(tokens: readonly string[], start: number): number {
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

/** Shows the type and the size of a value instead of the value. */
export function mask([first = '', ...rest]: readonly string[]): string {
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

/** Masks text and JSON in base64 as a whole: a dead letter of an unknown version may hold its record like that. */
function redactWithin(token: string): string {
  const text = JSON.parse(token) as string;
  if (isJson(text)) return JSON.stringify(redact(tokensOf(text)).join(''));
  return text.length >= MIN_BASE64 && decodesToText(text) ? mask([token]) : token;
}

/** Shorter words are often valid base64 by chance. */
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
