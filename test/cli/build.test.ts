import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
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
