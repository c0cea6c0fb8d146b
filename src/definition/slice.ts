export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Cuts a value out of JSON as it was written.
 *
 * @param text valid JSON
 * @param steps that lead to a value that is there. Of a name that is there twice the last counts, as in `JSON.parse`
 */
export function sliceOf(text: string, steps: readonly string[]): string {
  let start = skipSpace(text, 0);
  for (const step of steps) {
    start =
      text.charCodeAt(start) === OPEN_BRACE
        ? memberOf(text, start, step)
        : elementOf(text, start, Number(step));
  }
  return text.slice(start, endOf(text, start));
}

/**
 * Cuts all values out of an object as they were written, by name.
 *
 * @param text a valid JSON object. Of a name that is there twice the last counts, as in `JSON.parse`
 */
export function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) !== CLOSE_BRACE) {
    const nameEnd = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOf(text, value);
    members.set(JSON.parse(text.slice(at, nameEnd)), text.slice(value, end));
    at = next(text, end);
  }
  return members;
}

/**
 * Cuts all elements out of an array as they were written.
 *
 * @param text a valid JSON array
 */
export function elementsOf(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = endOf(text, at);
    elements.push(text.slice(at, end));
    at = next(text, end);
  }
  return elements;
}

/** @returns where the member's value begins */
function memberOf(text: string, open: number, name: string): number {
  let found = open;
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) !== CLOSE_BRACE) {
    const nameEnd = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    if (isName(text.slice(at, nameEnd), name)) found = value;
    at = next(text, endOf(text, value));
  }
  return found;
}

function isName(quoted: string, name: string): boolean {
  return quoted.includes('\\') ? JSON.parse(quoted) === name : quoted.slice(1, -1) === name;
}

/** @returns where the element begins */
function elementOf(text: string, open: number, index: number): number {
  let at = skipSpace(text, open + 1);
  for (let passed = 0; passed < index; passed += 1) at = next(text, endOf(text, at));
  return at;
}

/** Steps over a comma, if there is one. */
function next(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : at;
}

/** Counts brackets instead of calling itself: nesting may be deep. @returns the index after the value */
function endOf(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      at += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      at += 1;
    } else if (code === COMMA || code === COLON || isSpace(code)) at += 1;
    else at = endOfWord(text, at);
  } while (depth > 0);
  return at;
}

/** @returns the index after the quote that ends the string; behind the text, when none does */
export function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** Of a number, `true`, `false` or `null`. */
function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && isWord(text.charCodeAt(at))) at += 1;
  return at;
}

function isWord(code: number): boolean {
  return code !== COMMA && code !== CLOSE_BRACKET && code !== CLOSE_BRACE && !isSpace(code);
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
