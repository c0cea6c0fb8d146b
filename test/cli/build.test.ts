import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { eventOf, recordOf } from '../support/event.ts';
import { ROOT, startNode } from '../support/process.ts';
import { createQueue } from '../support/queue.ts';

const DEFINITION = {
  topic: 'places',
  table: 'places',
  key: 'id',
  columns: { id: { type: 'integer' }, name: { type: 'text' } },
};

function createFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'build-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const build = (folder: string, ...args: string[]) =>
  startNode([join(ROOT, 'src/cli/main.ts'), 'build', ...args], {}, folder).ended;

test('a definition in JSON becomes a function that stores an event', async () => {
  const folder = createFolder({
    'sink.config.json': JSON.stringify({ $schema: 'schema.json', ...DEFINITION }),
  });
  const { code, stdout } = await build(folder, '--out', 'out/function.mjs');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^out\/function\.mjs \d+ KB\n$/),
  });
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  await database.query('CREATE TABLE places (id int PRIMARY KEY, name text NOT NULL)');
  const event = eventOf([{ ...recordOf(1, { id: 7, name: 'Rome' }), topic: 'places' }]);
  const invoke = `const { handler } = await import(${JSON.stringify(join(folder, 'out/function.mjs'))});
    console.log(JSON.stringify(await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 30000 })));
    await handler.close();`;
  const { stdout: response } = await startNode(['--input-type=module', '--eval', invoke], {
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    PARTIAL_BATCH_RESPONSE: 'enabled',
    AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
  }).ended;
  expect(response).toContain('{"batchItemFailures":[]}');
  expect(await database.query('SELECT * FROM places')).toEqual([{ id: 7, name: 'Rome' }]);
});

test('a handler of the folder is bundled, with what it does', async () => {
  const folder = createFolder({
    'sink.config.json': JSON.stringify(DEFINITION),
    'handler.ts': `export const handler = async (): Promise<string> => 'of its own';`,
  });
  expect(await build(folder)).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, 'dist/handler.mjs'), 'utf8')).toContain('of its own');
});

/** A package of node_modules, as its publisher made it. */
const installed = (manifest: { name: string }, more: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries({
      'package.json': JSON.stringify({ version: '1.2.3', main: 'esm/main.js', ...manifest }),
      // It is in the way of whoever looks for the package's own.
      'esm/package.json': '{ "type": "module" }',
      'esm/main.js': `export const is = '${manifest.name}';`,
      ...more,
    }).map(([file, text]) => [`node_modules/${manifest.name}/${file}`, text]),
  );

test('the licences and the bill of materials tell of the packages of the project, whatever these say of themselves', async () => {
  const terms = 'Copyright of somebody. Do as you like.';
  const folder = createFolder({
    'package.json': JSON.stringify({ name: 'mine', version: '7.0.0', license: 'UNLICENSED' }),
    'sink.config.json': JSON.stringify(DEFINITION),
    'handler.mjs': `import * as a from '@some/file'; import * as b from 'older'; import * as c from 'quiet'; import 'unused';
      export const handler = async () => [a, b, c];`,
    ...installed({ name: '@some/file', license: 'MIT' } as never, { LICENSE: terms }),
    ...installed({ name: 'older', license: { type: 'ISC' } } as never, {
      'README.md': `# older\n\n## License\n\n${terms}\n\n## More\n\nof it`,
    }),
    ...installed({ name: 'quiet' }, { 'README.md': '## License\n\nSee elsewhere.' }),
    ...installed({ name: 'unused', sideEffects: false } as never),
  });
  expect(await build(folder)).toMatchObject({ code: 0 });
  const read = (name: string) => readFileSync(join(folder, 'dist', name), 'utf8');
  const [, stated, silent] = read('handler.licenses.txt').split(/^-{80}$/m);
  expect(stated?.trim()).toBe(`@some/file@1.2.3 (MIT)\nolder@1.2.3 (ISC)\n\n${terms}`);
  expect(silent?.trim().split('\n').slice(2)).toEqual([
    'mine@7.0.0 (UNLICENSED)',
    'quiet@1.2.3 (no licence named)',
  ]);
  expect(JSON.parse(read('handler.cdx.json'))).toMatchObject({
    metadata: { component: { name: 'mine', licenses: [{ license: { name: 'UNLICENSED' } }] } },
    components: [
      {
        ...{ group: '@some', name: 'file', version: '1.2.3' },
        ...{ licenses: [{ expression: 'MIT' }], purl: 'pkg:npm/%40some/file@1.2.3' },
      },
      { name: 'older', licenses: [{ expression: 'ISC' }] },
      { name: 'quiet' },
    ],
    dependencies: [
      { ref: '@some/file@1.2.3', dependsOn: [] },
      { ref: 'mine@7.0.0', dependsOn: ['@some/file@1.2.3', 'older@1.2.3', 'quiet@1.2.3'] },
      { ref: 'older@1.2.3' },
      { ref: 'quiet@1.2.3' },
    ],
  });
});

test('what is wrong in the definition is said, and nothing is built', async () => {
  const folder = createFolder({
    'sink.config.json': JSON.stringify({ ...DEFINITION, key: 'di' }),
  });
  const { code, stderr } = await build(folder);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('sink.config.json: places: key:'),
  });
});

test('so are a handler that is not there, one that cannot be bundled, and a folder without a definition', async () => {
  const folder = createFolder({
    'sink.config.json': JSON.stringify(DEFINITION),
    'broken.ts': `import './nowhere.ts';`,
  });
  expect(await build(folder, 'absent.ts')).toMatchObject({
    code: 1,
    stderr: 'absent.ts: no such file; it must export handler.\n',
  });
  const { code, stderr } = await build(folder, 'broken.ts');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /Could not resolve "\.\/nowhere\.ts"[\s\S]*The function was not built: see above\.\n$/,
    ),
  });
  expect((await build(createFolder({}))).stderr).toContain('there is no sink.config.ts');
});
