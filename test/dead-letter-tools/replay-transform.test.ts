import { expect, test } from 'vitest';
import { fileOf } from '../support/definition-file.ts';
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

const moduleOf = (text: string) => fileOf('fix.mjs', text);

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

test('--redact masks what the definition of the topic says, wherever a transform moves it', async () => {
  const world = await createQueueWorld({ SINK_CONFIG: 'examples/orders/sink.config.ts' });
  const order = { mail: 'ada@example.com', total: '19.90', status: 'placed', items: [] };
  const key = Buffer.from('{"orderId":7}').toString('base64');
  const sent = (topic: string, offset: number) =>
    deadLetterOf(record(order, { topic, offset, key, headers: [{ tenant: [97] }] } as never));
  await world.send(sent('orders', 1), sent('payments', 2));
  const file = moduleOf(`export default ({ mail, total, ...rest }) =>
    ({ ...rest, customer: { email: mail }, note: 'from ' + mail.toUpperCase(), total: '20.00' })`);
  for (const json of [[], ['--json']]) {
    const args = ['--dry-run', '--redact', '--transform', file, ...json];
    const { stdout } = await world.run('replay', ...args);
    expect(stdout).not.toMatch(/ada@/i);
    if (json.length === 0) expect(stdout.split('\n\n')[0]?.split('\n').sort()).toEqual(CHANGES);
  }
  const { stdout } = await world.run('replay', '--dry-run', '--transform', file);
  expect(stdout).toContain('+ note: "from ADA@EXAMPLE.COM"');
});

const CHANGES = [
  '  + customer: "[redacted: object]"',
  '  + customer: {"email":"[redacted: 15 characters]"}',
  '  + note: "[redacted: 20 characters]"',
  '  + note: "[redacted: 20 characters]"',
  '  - mail: "[redacted: 15 characters]"',
  '  - mail: "[redacted: 15 characters]"',
  '  ~ total: "19.90" → "20.00"',
  '  ~ total: "[redacted: 5 characters]" → "[redacted: 5 characters]"',
  'orders-0@1',
  'payments-0@2',
];

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
