import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../docs/peers.md', import.meta.url));
const RESULTS = fileURLToPath(new URL('results', import.meta.url));

/**
 * Writes a benchmark's text into docs/peers.md, between its marks, and its figures into bench/results.
 *
 * @param name of the benchmark, as in `npm run bench:<name>`
 * @param plot an SVG, if there is one
 * @throws Error when the page has no such marks
 */
export function publish(name: string, text: string, figures: object, plot?: string): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}/${name}.json`, `${JSON.stringify(figures, null, 1)}\n`);
  if (plot !== undefined) writeFileSync(`${RESULTS}/${name}.svg`, plot);
  const begin = `<!-- what follows is written by npm run bench:${name} -->`;
  const end = `<!-- end of what npm run bench:${name} writes -->`;
  const [before, rest] = readFileSync(PAGE, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${PAGE} has no marks of ${name}.`);
  writeFileSync(PAGE, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}
