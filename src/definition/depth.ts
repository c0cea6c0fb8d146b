import { Invalid } from './invalid.ts';
import { endOfString, QUOTE } from './slice.ts';

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
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if ((code | BIT) === OPEN) depth += 1;
    else if ((code | BIT) === CLOSE) depth -= 1;
    if (depth > MAX_DEPTH) return true;
    at = code === QUOTE ? endOfString(text, at) : at + 1;
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
