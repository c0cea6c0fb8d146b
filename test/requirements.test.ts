import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readTable } from '../scripts/markdown-table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');

/** Names of the tests, as they stand in the sources. */
const names = globSync('test/**/*.test.ts', { cwd: ROOT }).flatMap((path) =>
  [...read(path).matchAll(/^ *test(?:\.each\([\s\S]*?\))?\(\s*(['"`])(.*?)\1/gm)].map(
    ([, , name = '']) => name,
  ),
);

test('each requirement that a test is to show has one with its id in its name [T1]', () => {
  const ids = [...read('docs/requirements.md').matchAll(/^\| (\w\d) \| .* \| test/gm)].map(
    ([, id = '']) => id,
  );
  expect(ids.length).toBeGreaterThan(20);
  expect(ids.filter((id) => !names.some((name) => name.includes(`[${id}]`)))).toEqual([]);
  expect(names.length).toBeGreaterThan(40);
});

test('each name of the guide has files of today, and tests, which are there', () => {
  const rows = readTable(read('docs/requirements.md'), ['in the guide', 'here', 'tests']);
  expect(rows.length).toBeGreaterThan(10);
  for (const [name, ...cells] of rows) {
    const [here = [], tests = []] = cells.map((cell) =>
      [...cell.matchAll(/`([\w./-]+\.\w+)`/g)].map(([, path = '']) => path),
    );
    expect(here, `files of ${name}`).not.toEqual([]);
    expect(tests, `tests of ${name}`).not.toEqual([]);
    const missing = [...here, ...tests].filter((path) => !existsSync(`${ROOT}/${path}`));
    expect(missing, `of ${name} are not there`).toEqual([]);
  }
});

test('one command makes the coverage report [T2]', () => {
  const { scripts } = JSON.parse(read('package.json'));
  expect(scripts.coverage).toBe('vitest run --coverage');
  expect(read('vitest.config.ts')).toMatch(/include: \['src\/\*\*'\]/);
});
