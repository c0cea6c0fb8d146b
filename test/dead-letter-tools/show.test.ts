import { expect, test } from 'vitest';
import { record } from '../support/records.ts';
import {
  badDeadLetter,
  createQueueWorld,
  deadLetterOf,
  goodDeadLetter,
  onFailureOf,
} from './support/queue-world.ts';

test('show prints one dead letter with its coordinates, what is wrong, key, headers and value', async () => {
  const { send, run, count } = await createQueueWorld();
  await send(goodDeadLetter(1), badDeadLetter(2), goodDeadLetter(3));
  const { code, stdout } = await run('show', 'notifications-0@2');
  expect(code).toBe(0);
  expect(stdout.replace(/message [0-9a-f-]{36}/, 'message …')).toBe(
    `notifications-0@2 (message …)
  reason      invalid_value
  message     user_id: not a UUID
  record      topic notifications, partition 0, offset 2
  timestamp   2025-10-22T00:00:00.000Z (CREATE_TIME)
  failed at   2026-01-01T03:00:00.000Z, in version 0.1.0 of the sink
  source      kafka-1.example:9092
  key         text, 1 byte
    k
  value       JSON, 207 bytes
    {
      "id": "00000000-0000-4000-8000-000000000002",
      "user_id": "nobody",
      "event_type": "order.shipped",
      "title": "Your order has shipped",
      "body": "Order 12345 left the warehouse.",
      "created_at": "2025-10-22T00:00:00.000Z"
    }
`,
  );
  expect(await count()).toBe(3);
});

test('show names each field that is wrong, prints headers, and prints bytes as hex', async () => {
  const { send, run } = await createQueueWorld();
  const issues = [
    { path: 'title', message: 'not a string' },
    { path: 'body', message: 'not a string' },
  ];
  await send(
    deadLetterOf(
      record(Buffer.from([0xff, 0x00, 0x41]), {
        key: null,
        headers: [{ trace: [97, 98] }, { empty: null }],
      } as never),
      {
        message: 'title: not a string; body: not a string',
        details: { sqlstate: '22P02', constraint: 'x', issues },
      },
    ),
  );
  const { stdout } = await run('show', '--reason', 'rejected_by_postgres');
  expect(stdout).toContain(
    `  message     title: not a string; body: not a string
              at title: not a string
              at body: not a string
  SQLSTATE    22P02
  constraint  x
`,
  );
  expect(stdout).toMatch(/^ {2}key {9}none$/m);
  expect(stdout).toMatch(/^ {2}header trace text, 2 bytes\n {4}ab$/m);
  expect(stdout).toMatch(/^ {2}header empty none$/m);
  expect(stdout).toMatch(/^ {4}0+ +ff 00 41 /m);
});

test('show --redact masks what columns marked as sensitive take, and what no column takes', async () => {
  const { send, run } = await createQueueWorld();
  await send(
    badDeadLetter(1),
    deadLetterOf(record('secret text', { offset: 2 })),
    deadLetterOf(record(), {}, { extra: { title: 'a later secret' } }),
    deadLetterOf(record({ userId: 'nobody', event_type: 'order.paid' }, { offset: 3 })),
    deadLetterOf(record({ event_type: 'secret text' }, { topic: 'other', offset: 4 })),
  );
  for (const args of [['--redact'], ['--redact', '--json']]) {
    const { stdout } = await run('show', '--limit', '10', ...args);
    expect(stdout).toContain('invalid_value');
    expect(stdout).toContain('order.paid');
    expect(stdout).not.toMatch(
      /nobody|Your order|12345|secret text|later secret|c2VjcmV0|bm9ib2R5/,
    );
  }
});

test('show prints on-failure messages and foreign messages too', async () => {
  const { send, run } = await createQueueWorld();
  await send(onFailureOf({ 'notifications-0': [1, 3] }), { body: 'hello' });
  const { stdout } = await run('show', '--limit', '2');
  expect(stdout).toContain('an on-failure message of Lambda about a batch that it gave up');
  expect(stdout).toContain('"firstRecordOffset": "1"');
  expect(stdout).toContain('neither a dead letter nor an on-failure message');
  expect(stdout).toContain('    hello');
});

test('show --json prints dead letters as they are', async () => {
  const { send, run } = await createQueueWorld();
  await send(goodDeadLetter(7));
  const { stdout } = await run('show', '--json');
  expect(JSON.parse(stdout)).toEqual([
    {
      messageId: expect.any(String),
      sentAt: expect.stringMatching(/^20/),
      kind: 'dead-letter',
      attempts: 0,
      deadLetter: JSON.parse(goodDeadLetter(7).body),
    },
  ]);
});

test('show reports that nothing was found, with exit code 1', async () => {
  const { send, run, count } = await createQueueWorld();
  await send(goodDeadLetter(7));
  expect(await run('show', 'notifications-0@8')).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr: 'No such message was found; messages in flight cannot be seen.\n',
  });
  expect(await count()).toBe(1);
});
