import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { beforeAll, expect, inject, test } from 'vitest';
import { createDatabase } from './support/database.ts';
import { ROOT, startNode } from './support/process.ts';
import { createQueue } from './support/queue.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url));

/**
 * What the function may weigh, in bytes: a cold start pays for each of them. What is above it needs a reason. The types of
 * all columns and the checks of a definition are 34 KB of it: a definition is plain data, so it imports no code of its own. The
 * statement that judges rows by the rules of their table, and the search for the others, are 19 KB, for what the catalogue says is
 * read in SQL; what says why a time is none, and stores and dead-letters piece by piece, 3 KB; sessions behind a pooler and a
 * server that must prove itself, 3 KB; what a URL or a secret says of the database, with a sentence for what nobody reads, 3 KB; limits
 * of time for each call of AWS, with the host that did not answer, 3 KB; a judgement before a copy, 3 KB; tables of states, in the
 * order of their keys and judged before, some 27 KB. Of the archive, 8 KB are the
 * licences of the packages, which go with their code.
 */
const BUDGET = { bundle: 600_000, archive: 212_000 } as const;

/** Loads the bundle as Lambda does, in a process of its own with only these variables, and hands it an event. */
const INVOKE = `
  import { readFileSync } from 'node:fs';
  const { handler } = await import('./dist/handler.mjs');
  const event = JSON.parse(readFileSync('test/events/invalid.json', 'utf8'));
  const response = await handler(event, { getRemainingTimeInMillis: () => 30000 });
  await handler.close();
  process.stdout.write('RESPONSE ' + JSON.stringify(response));`;

beforeAll(() => {
  execFileSync(process.execPath, ['src/cli/main.ts', 'build'], { cwd: ROOT });
});

async function invoke(env: Record<string, string>) {
  const { ended, output } = startNode(['--input-type=module', '--eval', INVOKE], env);
  const { code } = await ended;
  return { code, output: output() };
}

test('the built bundle answers an event with nothing but its environment', async () => {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const { code, output } = await invoke({
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
  });
  expect(output).toContain('RESPONSE {"batchItemFailures":[]}');
  expect(output).toContain('"RecordsStored":2');
  expect(output).toContain('"RecordsDeadLettered":10');
  expect(code).toBe(0);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 2 }]);
  expect(await queue.takeDeadLetters()).toHaveLength(10);
});

test('the built bundle stops at once and names every setting that is wrong', async () => {
  const { code, output } = await invoke({
    DATABASE_URL: 'mysql://user:secret-word@host/db',
    PARTIAL_BATCH_RESPONSE: 'yes',
    DATABASE_POOL_SIZE: '0',
  });
  expect(code).not.toBe(0);
  expect(output).toContain('4 settings are wrong');
  expect(output).toContain('PARTIAL_BATCH_RESPONSE="yes": must be one of enabled, disabled');
  expect(output).toContain('DATABASE_POOL_SIZE="0": must be a whole number from 1 to 100');
  expect(output).toContain('DEAD_LETTER_QUEUE_URL is not set');
  expect(output).toContain('DATABASE_URL (not shown');
  expect(output).not.toContain('secret-word');
});

test('an error of the bundle is named by its class, as Lambda logs it', async () => {
  const load = "import('./dist/handler.mjs').catch((error) => console.log(error.constructor.name))";
  const name = execFileSync(process.execPath, ['--eval', load], {
    ...{ cwd: ROOT, encoding: 'utf8', env: { PATH: process.env.PATH } },
  });
  expect(name.trim()).toBe('ConfigError');
});

test('the bundle and its archive stay within their budget', () => {
  const bundle = read('dist/handler.mjs');
  expect(bundle.length).toBeLessThan(BUDGET.bundle);
  const licences = read('dist/handler.licenses.txt');
  const archive = zipSync(
    { 'handler.mjs': bundle, 'handler.licenses.txt': licences },
    { level: 9 },
  );
  expect(archive.length).toBeLessThan(BUDGET.archive);
});

test('the bundle leaves asleep what an import of node:http would wake', () => {
  expect(String(read('dist/handler.mjs'))).not.toMatch(/from\s*"(node:)?http"/);
});
