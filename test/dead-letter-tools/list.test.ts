import { expect, test } from 'vitest';
import { record } from '../support/records.ts';
import { badLetter, createMailroom, goodLetter, letterOf, noteOf } from './support/queue-world.ts';

const tombstone = letterOf(
  record(null, { partition: 2, offset: 5 }),
  { reason: 'tombstone', message: 'value: absent' },
  { sinkVersion: '0.0.9' },
  new Date('2026-01-01T04:00:00.000Z'),
);

test('list counts letters by reason, message, partition, time and version, and gives all back', async () => {
  const { send, run, queue } = await createMailroom();
  await send(...[1, 2, 3].map(badLetter), goodLetter(4), tombstone);
  const { code, stdout } = await run('list');
  expect(code).toBe(0);
  expect(stdout).toBe(
    `SQS counts about 5 messages, and about 0 in other hands; its counts are approximate. Seen, and given back: 5.

5 letters

  letters  reason                first                 last                  message
        3  invalid_value  2026-01-01T03:00:00Z  2026-01-01T03:00:00Z  user_id: not a UUID
        1  rejected_by_postgres            2026-01-01T03:00:00Z  2026-01-01T03:00:00Z  refused by PostgreSQL: SQLSTATE 23514, constraint too_strict
        1  tombstone             2026-01-01T04:00:00Z  2026-01-01T04:00:00Z  value: absent

  letters  topic-partition  first                 last
        4  notifications-0  2026-01-01T03:00:00Z  2026-01-01T03:00:00Z
        1  notifications-2  2026-01-01T04:00:00Z  2026-01-01T04:00:00Z

  letters  sink version  first                 last
        4  0.1.0         2026-01-01T03:00:00Z  2026-01-01T03:00:00Z
        1  0.0.9         2026-01-01T04:00:00Z  2026-01-01T04:00:00Z
`,
  );
  // They can be received at once.
  expect(await queue.takeLetters()).toHaveLength(5);
});

test('list --json names what is no letter, and second letters of a record', async () => {
  const { send, run, count } = await createMailroom();
  await send(
    ...[goodLetter(1), goodLetter(1)],
    noteOf({ 'a-topic-7-0': ['9007199254740993', '9007199254740995'] }),
    { body: 'hello' },
    { body: JSON.stringify({ doctor: true }) },
    letterOf(record(), {}, { version: 2 }),
    letterOf(record(), {}, { version: 0 }),
    letterOf(record({ id: null }, { offset: 2 }), {}, { added: 'later', valueOmitted: undefined }),
  );
  const { code, stdout } = await run('list', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { waiting: 8, inFlight: 0 },
    seen: 8,
    complete: true,
    letters: 3,
    records: 2,
    tried: 0,
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

test('list counts only what is meant', async () => {
  const { send, run } = await createMailroom();
  await send(badLetter(1), goodLetter(2), tombstone, noteOf({ 'a-0': [1, 2] }), { body: '{}' });
  const counted = async (...args: string[]) => {
    const { letters, onFailure, seen } = JSON.parse((await run('list', '--json', ...args)).stdout);
    return { letters, notes: onFailure.length, seen };
  };
  const seen = 5;
  expect(await counted('--reason', 'tombstone')).toEqual({ letters: 1, notes: 0, seen });
  expect(await counted('--reason', 'on-failure')).toEqual({ letters: 0, notes: 1, seen });
  expect(await counted('--since', '2026-01-01T04:00:00Z')).toEqual({ letters: 1, notes: 0, seen });
  expect(await counted('--until', '2026-01-01T05:00:00+01:00')).toEqual({
    ...{ letters: 2, notes: 1, seen },
  });
  expect(await counted('--since', '2h')).toEqual({ letters: 0, notes: 0, seen });
});

test('list shows nothing that could steer the terminal', async () => {
  const { send, run } = await createMailroom();
  await send(letterOf(record(), { message: 'value: \u001b[2J\u202e\r\n"' }));
  const { stdout } = await run('list');
  expect(stdout).toContain('value: \\u001b[2J\\u202e\\u000d\\u000a"');
  for (const character of '\u001b\u202e\r') expect(stdout).not.toContain(character);
});

test('list says of an empty queue that nothing is there', async () => {
  const { run } = await createMailroom();
  expect(await run('list')).toMatchObject({
    code: 0,
    stdout:
      'SQS counts about 0 messages, and about 0 in other hands; its counts are approximate. Seen, and given back: 0.\n',
  });
});
