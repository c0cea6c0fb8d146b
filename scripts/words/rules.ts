import { readTable } from '../markdown-table.ts';

/** A row of the table of words in CONTRIBUTING.md. */
export interface Rule {
  readonly write: string;
  readonly not: RegExp;
  /** What may be written although `not` is in it; null for nothing. */
  readonly fine: RegExp | null;
}

/** What stands for a space: it may be a line break in a comment, with the marks of comments, quotes and lists. */
const GAP = String.raw`[\s*/#>_-]+`;

/**
 * Reads the table of words from CONTRIBUTING.md.
 *
 * @throws {Error} if it has no such table, or a row names no word to refuse
 */
export function readRules(markdown: string): readonly Rule[] {
  return readTable(markdown, ['write', 'not', 'but this is fine']).map(
    ([write = '', not = '', fine = '']) => {
      const words = toPattern(not);
      if (!words) throw new Error(`The table of words has no word in quotes beside "${write}".`);
      return { write, not: words, fine: toPattern(fine) };
    },
  );
}

/** One pattern of all that a cell has in code marks; a word in lower case is meant in any case. */
function toPattern(cell: string): RegExp | null {
  const words = [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
  if (words.length === 0) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.map(toSource).join('|')})`, 'gu');
}

function toSource(word: string): string {
  const open = word.endsWith('*');
  const source = (open ? word.slice(0, -1) : word)
    .split(' ')
    .map((part) => RegExp.escape(part))
    .join(GAP);
  const insensitive = word === word.toLowerCase() ? `(?i:${source})` : source;
  return open ? `${insensitive}[\\p{L}\\p{N}]*` : `${insensitive}(?![\\p{L}\\p{N}])`;
}
