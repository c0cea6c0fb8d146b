import { readSource } from '../read-source.ts';
import { blank } from './find.ts';

/** What people read in a file: all of a document, but of code only comments and strings. Lines stay where they are. */
export function textsOf(path: string, text: string): string {
  if (!/\.(ts|cjs)$/.test(path)) return text;
  const kept = readSource(path, text).texts;
  const gaps = kept.map(({ start, end }, index) => {
    const before = kept[index - 1]?.end ?? 0;
    return blank(text.slice(before, start)) + text.slice(start, end);
  });
  return gaps.join('') + blank(text.slice(kept.at(-1)?.end ?? 0));
}
