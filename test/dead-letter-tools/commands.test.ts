import { expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { createQueueWorld, goodDeadLetter } from './support/queue-world.ts';

const run = (...args: string[]) => runCommand(['dead-letters', ...args]);
const queue = ['--queue-url', 'http://127.0.0.1:1/0/none'];

test('dead-letters lists its commands', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  for (const name of ['list', 'show', 'export', 'import', 'replay'])
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
});

test.each(['list', 'show', 'export', 'import', 'replay'])('%s explains itself', async (name) => {
  const { code, stdout } = await run(name, '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^kafka-pg-sink dead-letters ${name} `));
  expect(stdout).toContain('Exit code:');
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
});

test.each([
  ['no command', []],
  ['an unknown command', ['frobnicate']],
  ['an unknown option', ['list', '--colour']],
  ['an argument too many', ['list', 'now']],
  ['a queue that is none', ['list', '--queue-url', 'here']],
  ['an unknown reason', ['list', ...queue, '--reason', 'bad']],
  ['a time that is none', ['list', ...queue, '--since', 'yesterday']],
  ['a time that does not exist', ['list', ...queue, '--since', '2026-02-31T25:00:00Z']],
  ['a timeout that is none', ['list', ...queue, '--visibility-timeout', '0']],
  ['a limit that is none', ['show', ...queue, '--limit', '-1']],
  ['two ids', ['show', 'a', 'b', ...queue]],
  ['an export without a file', ['export', ...queue]],
  ['an import of two files', ['import', 'a', 'b', ...queue]],
  ['a topic that is none', ['replay', '--to-topic', 'a b', ...queue]],
  ['a topic to select that is none', ['list', '--topic', 'a b', ...queue]],
  ['an id that is none', ['replay', '', ...queue]],
  ['a rate that is none', ['replay', '--rate', '0.5', ...queue]],
])('%s is refused in one sentence, with exit code 2', async (_, args) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
});

test('wrong settings are named, with exit code 1', async () => {
  expect(await run('list')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^1 setting is wrong:\n {2}- DEAD_LETTER_QUEUE_URL is not set/),
  });
  expect(await run('replay', '--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^2 settings are wrong:\n {2}- .*DATABASE_URL/),
  });
});

test('a replay without a terminal needs --yes, and does nothing without it', async () => {
  const world = await createQueueWorld();
  await world.send(goodDeadLetter(1));
  expect(await world.run('replay')).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr:
      'dead-letters replay deletes dead letters when their records are safe: without a terminal to ask on, it needs --yes.\n',
  });
  expect(await world.count()).toBe(1);
});

test('an SQS that does not answer is reported in one sentence', async () => {
  const nowhere = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' };
  const { code, stderr } = await runCommand(['dead-letters', 'list', ...queue], nowhere);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The queue cannot be used: SQS did not answer as it should .*\n$/);
});
