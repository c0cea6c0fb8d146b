import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('results', import.meta.url));

/**
 * Writes files into bench/results.
 *
 * @param files by name: text as it is, figures as JSON
 */
export function writeResults(files: Readonly<Record<string, string | object>>): void {
  mkdirSync(RESULTS, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 1)}\n`;
    writeFileSync(`${RESULTS}/${name}`, text);
  }
}

/**
 * Writes a benchmark's text into a page of docs/, between its marks.
 *
 * @param script of package.json, for example `bench:peers`
 * @throws Error when the page has no such marks
 */
export function writePage(page: string, script: string, text: string): void {
  const file = fileURLToPath(new URL(`../docs/${page}`, import.meta.url));
  const begin = `<!-- what follows is written by npm run ${script} -->`;
  const end = `<!-- end of what npm run ${script} writes -->`;
  const [before, rest] = readFileSync(file, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} has no marks of npm run ${script}.`);
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}
