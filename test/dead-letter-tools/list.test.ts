import { expect, test } from 'vitest';
import { record } from '../support/records.ts';
import {
  badDeadLetter,
  createQueueWorld,
  deadLetterOf,
  goodDeadLetter,
  onFailureOf,
} from './support/queue-world.ts';

const tombstone = deadLetterOf(
  record(null, { partition: 2, offset: 5 }),
  { reason: 'tombstone', message: 'value: absent' },
  { sinkVersion: '0.0.9' },
  new Date('2026-01-01T04:00:00.000Z'),
);

test('list counts dead letters by reason, message, partition, time and version, and releases all of them', async () => {
  const { send, run, queue } = await createQueueWorld();
  await send(...[1, 2, 3].map(badDeadLetter), goodDeadLetter(4), tombstone);
  const { code, stdout } = await run('list');
  expect(code).toBe(0);
  expect(stdout).toBe(
    `SQS counts about 5 messages, and about 0 in flight; its counts are approximate. Received and released: 5.

5 dead letters

  count  reason                first                 last                  message
      3  invalid_value         2026-01-01T03:00:00Z  2026-01-01T03:00:00Z  user_id: not a UUID
      1  rejected_by_postgres  2026-01-01T03:00:00Z  2026-01-01T03:00:00Z  refused by PostgreSQL: SQLSTATE 23514, constraint too_strict
      1  tombstone             2026-01-01T04:00:00Z  2026-01-01T04:00:00Z  value: absent

  count  topic-partition  first                 last
      4  notifications-0  2026-01-01T03:00:00Z  2026-01-01T03:00:00Z
      1  notifications-2  2026-01-01T04:00:00Z  2026-01-01T04:00:00Z

  count  sink version  first                 last
      4  0.1.0         2026-01-01T03:00:00Z  2026-01-01T03:00:00Z
      1  0.0.9         2026-01-01T04:00:00Z  2026-01-01T04:00:00Z
`,
  );
  // Others can receive them at once.
  expect(await queue.takeDeadLetters()).toHaveLength(5);
});

test('list --json names other messages, and counts distinct records beside dead letters', async () => {
  const { send, run, count } = await createQueueWorld();
  await send(
    ...[goodDeadLetter(1), goodDeadLetter(1)],
    onFailureOf({ 'a-topic-7-0': ['9007199254740993', '9007199254740995'] }),
    { body: 'hello' },
    { body: JSON.stringify({ doctor: true }) },
    deadLetterOf(record(), {}, { version: 2 }),
    deadLetterOf(record(), {}, { version: 0 }),
    deadLetterOf(
      record({ id: null }, { offset: 2 }),
      {},
      { added: 'later', valueOmitted: undefined },
    ),
  );
  const { code, stdout } = await run('list', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { waiting: 8, inFlight: 0 },
    received: 8,
    complete: true,
    deadLetters: 3,
    records: 2,
    replayFailed: 0,
    onFailure: [
      {
        condition: 'RetryAttemptsExhausted',
        // More than a number of JSON holds.
        ranges: [{ topic: 'a-topic-7', first: '9007199254740993', last: '9007199254740995' }],
      },
    ],
    unknownVersions: { 0: 1, 2: 1 },
    foreign: [expect.any(String), expect.any(String)],
  });
  expect(await count()).toBe(8);
});

test('list counts only the selected messages', async () => {
  const { send, run } = await createQueueWorld();
  await send(badDeadLetter(1), goodDeadLetter(2), tombstone, onFailureOf({ 'a-0': [1, 2] }), {
    body: '{}',
  });
  const counted = async (...args: string[]) => {
    const { stdout } = await run('list', '--json', ...args);
    const { deadLetters, onFailure, received } = JSON.parse(stdout);
    return { deadLetters, onFailure: onFailure.length, received };
  };
  const received = 5;
  expect(await counted('--reason', 'tombstone')).toEqual({
    deadLetters: 1,
    onFailure: 0,
    received,
  });
  expect(await counted('--reason', 'on-failure')).toEqual({
    deadLetters: 0,
    onFailure: 1,
    received,
  });
  expect(await counted('--since', '2026-01-01T04:00:00Z')).toEqual({
    deadLetters: 1,
    onFailure: 0,
    received,
  });
  expect(await counted('--until', '2026-01-01T05:00:00+01:00')).toEqual({
    ...{ deadLetters: 2, onFailure: 1, received },
  });
  expect(await counted('--since', '2h')).toEqual({ deadLetters: 0, onFailure: 0, received });
});

test('list prints no characters that could steer the terminal', async () => {
  const { send, run } = await createQueueWorld();
  await send(deadLetterOf(record(), { message: 'value: \u001b[2J\u202e\r\n"' }));
  const { stdout } = await run('list');
  expect(stdout).toContain('value: \\u001b[2J\\u202e\\u000d\\u000a"');
  for (const character of '\u001b\u202e\r') expect(stdout).not.toContain(character);
});

test('list reports an empty queue', async () => {
  const { run } = await createQueueWorld();
  expect(await run('list')).toMatchObject({
    code: 0,
    stdout:
      'SQS counts about 0 messages, and about 0 in flight; its counts are approximate. Received and released: 0.\n',
  });
});
