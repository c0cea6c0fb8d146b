import { Invalid } from './invalid.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What `[` and `{` are with {@link BIT} set, and `]` and `}`. */
const OPEN = 0x7b;
const CLOSE = 0x7d;
const BIT = 0x20;

/**
 * Levels of nesting that JSON may have. PostgreSQL takes more with its default stack, and so does `JSON.stringify`; other
 * parsers end at 1,000 or less.
 */
const MAX_DEPTH = 2000;

export const TOO_DEEP = new Invalid('nested more than 2,000 levels deep');

/**
 * Whether JSON is nested too deeply. This is asked before it is parsed: 100,000 levels, which have room in 200 KB, take 20 ms
 * and 11 MB, whether a column wants them or not.
 *
 * @param text may be no JSON, as the parser finds then
 */
export function isTooDeep(text: string): boolean {
  // Nearly always this is the answer, and it is found at once.
  if (text.length <= MAX_DEPTH || !opensOften(text)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if ((code | BIT) === OPEN) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if ((code | BIT) === CLOSE) depth -= 1;
  }
  return false;
}

/** Whether enough is opened, in a string or not, to be nested too deeply. */
function opensOften(text: string): boolean {
  let left = MAX_DEPTH;
  for (const sign of ['[', '{'])
    for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
      if (left === 0) return true;
      left -= 1;
    }
  return false;
}

/** @returns the index of the quote that ends the string; behind the text, when none does */
function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  for (
    let code = text.charCodeAt(at);
    code !== QUOTE && at < text.length;
    code = text.charCodeAt(at)
  )
    at += code === BACKSLASH ? 2 : 1;
  return at;
}
