import { plain } from './plain.ts';

/** Deeper levels are not indented further: a hostile value could be all indentation. */
const MAX_INDENT = 40;

/**
 * Lays JSON out over lines, up to a number of characters.
 *
 * @param tokens of valid JSON
 * @param most characters of the text
 * @returns lines that cannot steer a terminal, and how many characters of the JSON are left out
 */
export function layOut(tokens: readonly string[], most: number): { text: string; left: number } {
  let text = '';
  let left = 0;
  let depth = 0;
  const line = () => `\n${'  '.repeat(Math.min(depth, MAX_INDENT))}`;
  for (const [at, token] of tokens.entries()) {
    if (text.length >= most) {
      left += token.length;
    } else if (opens(token)) {
      depth += 1;
      text += closes(tokens[at + 1]) ? token : token + line();
    } else if (closes(token)) {
      depth -= 1;
      text += opens(tokens[at - 1]) ? token : line() + token;
    } else if (token === ',') text += token + line();
    else if (token === ':') text += ': ';
    else {
      const safe = plain(token, Number.POSITIVE_INFINITY);
      const head = cutAt(safe, most - text.length);
      text += head;
      left += safe.length - head.length;
    }
  }
  return { text, left };
}

/** The beginning of a text. It never ends in the middle of a character. */
export function cutAt(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

const opens = (token: string | undefined) => token === '{' || token === '[';
const closes = (token: string | undefined) => token === '}' || token === ']';
