import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { notification, record, uuid } from '../support/records.ts';
import {
  createQueueWorld,
  deadLetterOf,
  onFailureOf,
  type QueueWorld,
} from './support/queue-world.ts';

/** The producer sent names in camel case, and test messages. */
const FIX = `
/** @type {import('../src/dead-letter-tools/transform/transform.ts').Transform} */
export default (value, deadLetter, drop) => {
  if (value.test) return drop('a test message');
  if (value.broken) throw new Error(value.broken);
  const { userId, ...rest } = value;
  return userId ? { ...rest, user_id: userId } : value;
};
`;

function moduleOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'transform-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'fix.mjs');
  writeFileSync(file, text);
  return file;
}

const camel = (number: number, fields: Record<string, unknown> = {}) =>
  deadLetterOf(
    record(notification({ id: uuid(number), user_id: undefined, userId: uuid(99), ...fields }), {
      offset: number,
    }),
    { reason: 'invalid_value', message: 'user_id: not a UUID' },
  );

async function sendAll({ send }: QueueWorld): Promise<void> {
  await send(camel(1), camel(2, { test: true }), camel(3, { broken: 'secret word' }));
}

test('--transform fixes values, drops dead letters with a reason, and leaves those that it fails on', async () => {
  const world = await createQueueWorld();
  await sendAll(world);
  await world.send(onFailureOf({ 'notifications-0': [1, 2] }));
  const { code, stdout, stderr } = await world.run(
    'replay',
    '--yes',
    '--json',
    '--transform',
    moduleOf(FIX),
  );
  expect(code).toBe(1);
  const { groups } = JSON.parse(stdout) as {
    groups: { ending: string; detail: string; count: number }[];
  };
  expect(groups.map(({ ending, detail, count }) => `${count} ${ending} ${detail}`.trim())).toEqual([
    '1 stored',
    '1 dropped a test message',
    '1 left the transform failed: it threw Error',
    '1 left a transform applies to dead letters: replay on-failure messages without it',
  ]);
  expect(stdout + stderr).not.toContain('secret word');
  expect(
    await world.database.query('SELECT id, user_id, source_offset FROM notifications'),
  ).toEqual([{ id: uuid(1), user_id: uuid(99), source_offset: '1' }]);
  expect(await world.count()).toBe(2);
});

test('--transform with --dry-run shows what would change, masked on request, and changes nothing', async () => {
  const world = await createQueueWorld();
  await sendAll(world);
  const file = moduleOf(FIX);
  const { stdout } = await world.run('replay', '--dry-run', '--transform', file);
  expect(stdout).toContain(`notifications-0@1
  - userId: "${uuid(99)}"
  + user_id: "${uuid(99)}"
`);
  expect(stdout).toMatch(/^ {2}1 {2}would be dropped by the transform\n {5}a test message$/m);
  const masked = await world.run('replay', '--dry-run', '--redact', '--transform', file);
  expect(masked.stdout).toMatch(/^ {2}\+ user_id: "?\[redacted/m);
  expect(masked.stdout).not.toContain(uuid(99));
  expect(await world.count()).toBe(3);
});

test.each([
  ['does not exist', null, /does not exist/],
  ['throws', 'throw new Error("secret word")', /threw Error while it was loaded/],
  ['has no default export', 'export const a = 1;', /has no default export/],
])('a transform that %s is named before anything is done', async (_, text, expected) => {
  const world = await createQueueWorld();
  const file = text === null ? '/no/such/fix.mjs' : moduleOf(text);
  const { code, stderr } = await world.run('replay', '--yes', '--transform', file);
  expect(code).toBe(1);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toContain('secret word');
});
