import type { Rule } from './rules.ts';

export interface Found {
  /** Counted from 1. */
  readonly line: number;
  readonly word: string;
  readonly write: string;
}

/** Finds the words that the rules refuse, in the order of the text. */
export function findWords(text: string, rules: readonly Rule[]): readonly Found[] {
  const found = rules.flatMap(({ write, not, fine }) => {
    const rest = fine ? text.replace(fine, blank) : text;
    return [...rest.matchAll(not)].map(({ index, 0: word }) => ({ index, word, write }));
  });
  return found
    .sort((one, other) => one.index - other.index)
    .map(({ index, word, write }) => ({
      line: text.slice(0, index).split('\n').length,
      word: word.replace(/[\s*/#>]+/g, ' '),
      write,
    }));
}

/** Takes characters out, but no line break, so that what is left stays on its line. NUL is no part of any word or gap. */
export function blank(text: string): string {
  return text.replace(/[^\n]/g, '\0');
}
