import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadSinks } from '../../src/authoring/load.ts';

const INDEX = pathToFileURL(new URL('../../src/index.ts', import.meta.url).pathname).href;
const PLAIN = { topic: 'orders', table: 'orders', key: 'id', columns: { id: { type: 'uuid' } } };
const MODULE = `export default ${JSON.stringify(PLAIN)};`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const problemsOf = async (file?: string) => {
  const error = await loadSinks(file).then(
    () => null,
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: 'DefinitionError' });
  return (error.problems as string[]).map((problem) => problem.replaceAll(folder, '…'));
};

describe('a file that is named', () => {
  test.each([
    [
      'TypeScript',
      'a.ts',
      `import { defineSink, uuid } from '${INDEX}';\nconst table: string = 'orders';\nexport default defineSink({ topic: 'orders', table, key: 'id', columns: { id: uuid() } });`,
    ],
    ['a module', 'a.mjs', MODULE],
    ['JSON', 'a.json', JSON.stringify(PLAIN)],
    [
      'JSON that names its schema',
      'a.json',
      JSON.stringify({ $schema: './sink.config.schema.json', ...PLAIN }),
    ],
  ])('can be %s', async (_, name, text) => {
    const { all } = await loadSinks(write(name, text));
    expect(all.map(({ topic, table }) => [topic, table.name])).toEqual([['orders', ['orders']]]);
  });

  test('can hold several definitions', async () => {
    const file = write('a.json', JSON.stringify([PLAIN, { ...PLAIN, topic: 'returns' }]));
    expect((await loadSinks(file)).all.map(({ topic }) => topic)).toEqual(['orders', 'returns']);
  });

  test.each([
    ['is not there', 'b.ts', '', '…/a.ts: no such file; it must export a definition'],
    [
      'exports nothing',
      'a.ts',
      'export const sink = {};',
      '…/a.ts: must export a definition as its default',
    ],
    ['is no TypeScript', 'a.ts', 'export default {{', /^…\/a\.ts: cannot be loaded: \w*Error: /],
    [
      'throws',
      'a.mjs',
      "throw new Error('no TOPIC is set');",
      '…/a.mjs: cannot be loaded: Error: no TOPIC is set',
    ],
    [
      'imports what is not there',
      'a.mjs',
      "import './other.mjs';",
      /^…\/a\.mjs: cannot be loaded: Error: Cannot find module/,
    ],
    ['is no JSON', 'a.json', '{', /^…\/a\.json: cannot be loaded: SyntaxError: /],
  ])('that %s is an error that says so', async (_, name, text, problem) => {
    write(name, text);
    const file = join(folder, name === 'b.ts' ? 'a.ts' : name);
    const [found, ...others] = await problemsOf(file);
    expect(others).toEqual([]);
    if (typeof problem === 'string') expect(found).toBe(problem);
    else expect(found).toMatch(problem);
  });

  test('that is wrong is named with each problem', async () => {
    const file = write('a.json', JSON.stringify({ ...PLAIN, key: 'no', tabel: 1 }));
    expect(await problemsOf(file)).toEqual([
      expect.stringMatching(/^…\/a\.json: orders: tabel: unknown/),
      '…/a.json: orders: key: "no" must be one of the columns',
    ]);
  });
});

describe('a file that is not named', () => {
  test('is the one in the working directory, TypeScript first', async () => {
    const cwd = process.cwd();
    onTestFinished(() => process.chdir(cwd));
    process.chdir(folder);
    write('sink.config.json', JSON.stringify({ ...PLAIN, topic: 'json' }));
    expect((await loadSinks()).all[0]?.topic).toBe('json');
    write('sink.config.ts', MODULE);
    expect((await loadSinks()).all[0]?.topic).toBe('orders');
  });

  test('and is not there either is an error that names the places', async () => {
    const cwd = process.cwd();
    onTestFinished(() => process.chdir(cwd));
    process.chdir(folder);
    expect(await problemsOf()).toEqual([
      'there is no sink.config.ts, sink.config.mts, sink.config.mjs, sink.config.js, sink.config.json in …: name the file by --sink or SINK_CONFIG',
    ]);
  });
});
