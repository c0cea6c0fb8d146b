import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findCircles } from './support/circles.ts';
import { type Graph, readGraph } from './support/graph.ts';
import { findForbidden, type Room, readHouse } from './support/house.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = readFileSync(`${ROOT}/CONTRIBUTING.md`, 'utf8');

describe('the map of the house in CONTRIBUTING.md', () => {
  test('no files of the project import each other in a circle', () => {
    expect(findCircles(readGraph(['src', 'infra', 'local', 'bench', 'scripts', 'test']))).toEqual(
      [],
    );
  });

  test('no file of src/ imports what the map does not allow it', () => {
    expect(findForbidden(readGraph(['src']), readHouse(GUIDE))).toEqual([]);
  });

  test('every folder and file that the map names is there', () => {
    const named = [...section(GUIDE).matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
      [...row.matchAll(/`([\w.-]*[./][\w./-]*)`/g)].map(([, path = '']) => path),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });
});

describe('circles', () => {
  test('are named with all their files, once each', () => {
    const graph = graphOf({
      'a.ts': ['b.ts'],
      'b.ts': ['c.ts', 'd.ts'],
      'c.ts': ['a.ts'],
      'd.ts': [],
      'x.ts': ['y.ts', 'b.ts'],
      'y.ts': ['x.ts'],
    });
    expect(findCircles(graph)).toEqual([
      expect.stringMatching(
        /^a\.ts → b\.ts → c\.ts → a\.ts: files import each other in a circle\./,
      ),
      expect.stringMatching(/^x\.ts → y\.ts → x\.ts: /),
    ]);
  });

  test('of one file are circles too', () => {
    expect(findCircles(graphOf({ 'a.ts': ['a.ts'] }))).toHaveLength(1);
  });

  test('are not seen where two files import a third', () => {
    const graph = graphOf({ 'a.ts': ['b.ts', 'c.ts'], 'b.ts': ['c.ts'], 'c.ts': ['gone.ts'] });
    expect(findCircles(graph)).toEqual([]);
  });
});

describe('forbidden imports', () => {
  const house = readHouse(`
| floor | folder | may import | what is in it | open first |
|---|---|---|---|---|
| 0 | \`record/\` | nothing | | |
| 0 | \`timing/\` | nothing | | |
| 0 | \`version.ts\` | nothing | | |
| 1 | \`settings/\` | floor 0 | | |
| 2 | \`postgres/connection/\` | floors 0–1 | | |
| 2 | \`postgres/\` | floors 0–1, \`postgres/connection/\` | | |
| 3 | \`lambda/\` | floors 0–2 | | |
| 3 | \`consumer/\` | floors 0–2 | | |
| 4 | \`service/\` | floors 0–3, not \`lambda/\` | | |
`);
  const forbidden = (file: string, path: string) =>
    findForbidden(graphOf({ [file]: [path] }), house);

  test.each([
    ['up', 'src/settings/a.ts', 'src/lambda/b.ts'],
    ['up within a folder', 'src/postgres/connection/a.ts', 'src/postgres/b.ts'],
    ['to a neighbour on its floor', 'src/lambda/a.ts', 'src/consumer/b.ts'],
    ['to a folder that its row excepts', 'src/service/a.ts', 'src/lambda/b.ts'],
    ['from src/ to what is outside of it', 'src/service/a.ts', 'local/b.ts'],
    ['from record/ to anything', 'src/record/a.ts', 'src/settings/b.ts'],
    ['from record/ to timing/', 'src/record/a.ts', 'src/timing/b.ts'],
    ['from timing/ to record/', 'src/timing/a.ts', 'src/record/b.ts'],
  ])('one that runs %s', (_, file, path) => {
    expect(forbidden(file, path)).toEqual([
      expect.stringMatching(`^${file} imports ${path}, but `),
    ]);
  });

  test.each([
    ['its own folder', 'src/record/a.ts', 'src/record/b.ts'],
    ['a lower floor', 'src/lambda/a.ts', 'src/record/b.ts'],
    ['the lower part of its folder', 'src/postgres/write/a.ts', 'src/postgres/connection/b.ts'],
    ['the other parts of its folder', 'src/postgres/a.ts', 'src/postgres/write/b.ts'],
    ['a file of src/ itself', 'src/settings/a.ts', 'src/version.ts'],
    ['JSON', 'src/version.ts', 'package.json'],
  ])('not one of %s', (_, file, path) => {
    expect(forbidden(file, path)).toEqual([]);
  });

  test('a folder that the map does not have', () => {
    expect(forbidden('src/misc/a.ts', 'src/record/b.ts')).toEqual([
      'src/misc/a.ts is in no folder of the map of the house in CONTRIBUTING.md: add its folder.',
    ]);
  });

  test('the sentence says what is allowed', () => {
    expect(forbidden('src/record/a.ts', 'src/timing/b.ts')[0]).toContain(
      'but beside its own files record/ may import nothing.',
    );
    expect(forbidden('src/service/a.ts', 'src/lambda/b.ts')[0]).toContain(
      'but beside its own files service/ may import floors 0–3, not lambda/.',
    );
  });

  test('a rule in other words is an error, not a rule that allows everything', () => {
    const rows = (rule: string): readonly Room[] =>
      readHouse(
        `| floor | folder | may import | what is in it | open first |\n|---|---|---|---|---|\n| 0 | \`a/\` | ${rule} | | |\n`,
      );
    expect(() => rows('whatever is lower')).toThrow('"whatever is lower" must be written as');
    expect(() => readHouse('no table')).toThrow('No table begins with');
  });
});

function graphOf(imports: Readonly<Record<string, readonly string[]>>): Graph {
  return new Map(Object.entries(imports));
}

/** The part of the guide that is the map. */
function section(guide: string): string {
  return /^## The map of the house\n[\s\S]*?(?=^## )/m.exec(guide)?.[0] ?? '';
}

/** The map names folders of `src/` without it, and files as they stand in their folder's row. */
function isThere(path: string): boolean {
  return existsSync(`${ROOT}/${path}`) || existsSync(`${ROOT}/src/${path}`);
}
