import { describe, expect, test } from 'vitest';
import { SQS_MAX_BYTES, sizeOf } from '../../src/dead-letter/sqs-message.ts';
import { definitionFile } from '../support/definition-file.ts';
import { notification, record, uuid } from '../support/records.ts';
import {
  badDeadLetter,
  createQueueWorld,
  deadLetterOf,
  goodDeadLetter,
  goodRecord,
  type QueueWorld,
  type TestMessage,
} from './support/queue-world.ts';

const idsOf = async ({ database }: QueueWorld) =>
  (await database.query<{ id: string }>('SELECT id FROM notifications ORDER BY id')).map(
    ({ id }) => id,
  );

/** Runs a replay and reads its report. */
async function replay(world: QueueWorld, ...args: string[]) {
  const { code, stdout, stderr } = await world.run('replay', '--yes', '--json', ...args);
  const { groups, ...rest } = JSON.parse(stdout) as {
    groups: { ending: string; detail: string; count: number }[];
    repeats: number;
    stopped: string | null;
    undeleted: number;
    inFlight: number;
    notFound: string[];
    entries?: unknown[];
  };
  const endings: Record<string, number> = {};
  for (const { ending, count } of groups) endings[ending] = (endings[ending] ?? 0) + count;
  return { code, stderr, groups, endings, ...rest };
}

describe('a replay', () => {
  test('stores the record of a dead letter with its coordinates, time and id, and deletes the dead letter', async () => {
    const world = await createQueueWorld({ SINK_CONFIG: definitionFile({ topic: 'orders' }) });
    // Without its own id and time: both come from the record.
    const value = notification({ id: undefined, created_at: undefined });
    const one = record(value, { topic: 'orders', partition: 3, offset: 42 });
    await world.send(deadLetterOf(one));
    expect(await replay(world)).toMatchObject({ code: 0, endings: { stored: 1 }, repeats: 0 });
    expect(await world.count()).toBe(0);
    const first = await world.database.query(
      'SELECT id, source_topic, source_partition, source_offset, created_at FROM notifications',
    );
    expect(first).toEqual([
      {
        id: expect.any(String),
        source_topic: 'orders',
        source_partition: 3,
        source_offset: '42',
        created_at: new Date('2025-10-22T00:00:00.000Z'),
      },
    ]);
    // A second time: the id is the same, so the row is there already.
    await world.send(deadLetterOf(one));
    expect(await replay(world)).toMatchObject({ code: 0, endings: { stored: 1 }, repeats: 1 });
    expect(await world.database.query('SELECT id FROM notifications')).toHaveLength(1);
  });

  test('deletes a duplicate dead letter, and stores another record with the same coordinates', async () => {
    const world = await createQueueWorld();
    const other = record(notification({ id: uuid(2) }), { offset: 1 });
    await world.send(goodDeadLetter(1), goodDeadLetter(1), deadLetterOf(other));
    expect(await replay(world)).toMatchObject({ code: 0, endings: { stored: 2, duplicate: 1 } });
    expect(await world.count()).toBe(0);
    expect(await idsOf(world)).toEqual([uuid(1), uuid(2)]);
  });

  test('ignores unknown fields, and leaves and reports other versions and foreign messages', async () => {
    const world = await createQueueWorld();
    await world.send(
      deadLetterOf(goodRecord(1), {}, { later: { added: true } }),
      deadLetterOf(goodRecord(2), {}, { version: 0 }),
      deadLetterOf(goodRecord(3), {}, { version: 2 }),
      { body: 'hello' },
      { body: JSON.stringify({ doctor: true }) },
      deadLetterOf(goodRecord(4), {}, { record: { topic: 7 } }),
    );
    const { code, groups } = await replay(world);
    expect(code).toBe(1);
    expect(groups.map(({ ending, detail, count }) => [ending, detail, count])).toEqual([
      ['stored', '', 1],
      ['left', 'it is a dead letter of version 0, which this sink does not know', 1],
      ['left', 'it is a dead letter of version 2, which this sink does not know', 1],
      ['foreign', 'it is neither a dead letter nor an on-failure message', 3],
    ]);
    expect(await world.count()).toBe(5);
  });

  test('succeeds in spite of foreign messages', async () => {
    const world = await createQueueWorld();
    await world.send({ body: 'hello' }, goodDeadLetter(1));
    expect((await replay(world)).code).toBe(0);
    expect(await world.count()).toBe(1);
  });

  test('takes only the messages whose ids it is given, and names those that it does not find', async () => {
    const world = await createQueueWorld();
    await world.send(...[1, 2, 3].map(goodDeadLetter), { body: 'hello' });
    const one = await replay(world, 'notifications-0@3', 'notifications-0@7', 'notifications-0@1');
    expect(one).toMatchObject({ code: 1, endings: { stored: 2 }, notFound: ['notifications-0@7'] });
    expect(one.stderr).toContain('Not found: notifications-0@7. Messages in flight');
    expect(await idsOf(world)).toEqual([uuid(1), uuid(3)]);
    const shown = await world.run('show', 'notifications-0@2', '--json');
    const [{ messageId }] = JSON.parse(shown.stdout);
    const two = await replay(world, messageId);
    expect(two).toMatchObject({ code: 0, endings: { stored: 1 }, notFound: [] });
    expect(await world.count()).toBe(1);
  });

  test('takes only the records of --topic', async () => {
    const world = await createQueueWorld({
      SINK_CONFIG: definitionFile({ topic: /orders|refunds/ }),
    });
    const of = (topic: string, number: number) =>
      deadLetterOf(record(notification({ id: uuid(number) }), { topic, offset: number }));
    await world.send(of('orders', 1), of('refunds', 2), { body: 'hello' });
    expect(await replay(world, '--topic', 'refunds')).toMatchObject({
      ...{ code: 0, endings: { stored: 1 }, notFound: [] },
    });
    expect(await idsOf(world)).toEqual([uuid(2)]);
    expect(await world.count()).toBe(2);
  });

  test('takes the messages that --reason, --since, --until and --limit select', async () => {
    const world = await createQueueWorld();
    const on = (day: number, number: number) =>
      deadLetterOf(goodRecord(number), {}, {}, new Date(Date.UTC(2026, 0, day)));
    await world.send(on(1, 1), on(2, 2), on(3, 3), on(4, 4), badDeadLetter(9));
    await replay(world, '--since', '2026-01-02T00:00:00Z', '--until', '2026-01-04');
    expect(await idsOf(world)).toEqual([uuid(2), uuid(3)]);
    expect(await replay(world, '--reason', 'rejected_by_postgres', '--limit', '1')).toMatchObject({
      ...{ code: 0, endings: { stored: 1 } },
    });
    expect(await idsOf(world)).toHaveLength(3);
    expect(await world.count()).toBe(2);
  });

  test('keeps to --rate', async () => {
    const world = await createQueueWorld();
    await world.send(...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(goodDeadLetter));
    const start = performance.now();
    expect(await replay(world, '--rate', '5')).toMatchObject({ code: 0, endings: { stored: 12 } });
    expect(performance.now() - start).toBeGreaterThan(2000);
  });

  test('deletes the dead letter of a tombstone that the policy ignores', async () => {
    const world = await createQueueWorld({ TOMBSTONE_POLICY: 'ignore' });
    await world.send(deadLetterOf(record(null), { reason: 'tombstone', message: 'value: absent' }));
    expect(await replay(world)).toMatchObject({ code: 0, endings: { 'passed-over': 1 } });
    expect(await world.count()).toBe(0);
  });

  test('leaves and reports a malformed record without coordinates', async () => {
    const world = await createQueueWorld();
    const malformed = { value: 'aGk=', key: null, headers: [] } as never;
    await world.send(
      deadLetterOf(malformed, { reason: 'malformed_record', message: 'topic: not a name' }),
    );
    const { code, groups } = await replay(world);
    expect(code).toBe(1);
    expect(groups[0]?.detail).toBe(
      'it cannot be replayed: it has no coordinates, so nobody knows which record it was',
    );
    expect(await world.count()).toBe(1);
  });
});

describe('a dead letter that is rejected again', () => {
  const attemptsIn = async ({ queue, send }: QueueWorld) => {
    const taken = await queue.takeAll();
    const messages = taken.map(
      ({ Body = '', MessageAttributes = {} }): TestMessage => ({
        body: Body,
        attributes: MessageAttributes as NonNullable<TestMessage['attributes']>,
      }),
    );
    await send(...messages);
    return taken.map(
      ({ MessageAttributes }) => MessageAttributes?.replayAttempts?.StringValue ?? '0',
    );
  };

  test('stays in the queue once, with its attempts counted, and is left alone after the last one', async () => {
    const world = await createQueueWorld();
    await world.send(badDeadLetter(1), goodDeadLetter(2));
    expect(await replay(world, '--max-attempts', '2')).toMatchObject({
      code: 1,
      endings: { rejected: 1, stored: 1 },
    });
    expect(await attemptsIn(world)).toEqual(['1']);
    expect((await replay(world, '--max-attempts', '2')).endings).toEqual({ rejected: 1 });
    const { code, groups } = await replay(world, '--max-attempts', '2');
    expect(code).toBe(1);
    expect(groups).toMatchObject([{ ending: 'left', detail: 'its replay failed 2 times' }]);
    expect(await attemptsIn(world)).toEqual(['2']);
    const [deadLetter] = await world.queue.takeDeadLetters();
    expect(deadLetter).toEqual(JSON.parse(badDeadLetter(1).body));
    const { stdout } = await world.run('list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ deadLetters: 0 });
  });

  test('is deleted together with the duplicate that a crash between sending and deleting leaves', async () => {
    const world = await createQueueWorld();
    const attempts = (count: string): TestMessage => ({
      ...badDeadLetter(1),
      attributes: { replayAttempts: { DataType: 'Number', StringValue: count } },
    });
    await world.send(attempts('2'), attempts('1'));
    expect((await replay(world)).endings).toEqual({ rejected: 1, duplicate: 1 });
    expect(await attemptsIn(world)).toEqual(['3']);
  });

  test('stays uncounted when it is as large as SQS accepts, as the count would not fit', async () => {
    const world = await createQueueWorld();
    const sized = (filler: number) =>
      deadLetterOf(record('x'.repeat(700_000)), {
        reason: 'invalid_json',
        message: 'value: not JSON',
        details: {
          sqlstate: null,
          constraint: null,
          issues: [{ path: '', message: 'x'.repeat(filler) }],
        },
      });
    const bytesOf = ({ body, attributes = {} }: TestMessage) =>
      Buffer.byteLength(body) + sizeOf({ ...attributes });
    await world.send(sized(SQS_MAX_BYTES - bytesOf(sized(0))));
    const { code, groups } = await replay(world);
    expect(code).toBe(1);
    expect(groups).toMatchObject([
      {
        ending: 'rejected',
        detail:
          'invalid_json: value: not JSON (the attempt could not be counted: the message is as large as SQS accepts)',
      },
    ]);
    expect(await world.count()).toBe(1);
  });

  test('is counted too when PostgreSQL rejects it, and the others of its batch are stored', async () => {
    const world = await createQueueWorld();
    await world.database.query("ALTER TABLE notifications ADD CHECK (title <> 'forbidden')");
    const refused = record(notification({ id: uuid(5), title: 'forbidden' }), { offset: 5 });
    await world.send(...[1, 2, 3].map(goodDeadLetter), deadLetterOf(refused));
    const { code, groups } = await replay(world);
    expect(code).toBe(1);
    expect(groups).toMatchObject([
      { ending: 'stored', count: 3 },
      {
        ending: 'rejected',
        detail:
          'rejected_by_postgres: refused by PostgreSQL: SQLSTATE 23514, constraint notifications_title_check',
      },
    ]);
    expect(await attemptsIn(world)).toEqual(['1']);
  });
});

describe('a replay that cannot store', () => {
  test('stops at a missing table, counts no attempt, and releases all messages', async () => {
    const world = await createQueueWorld();
    await world.database.query('ALTER TABLE notifications RENAME TO elsewhere');
    await world.send(...[1, 2, 3].map(goodDeadLetter));
    const { code, stopped, endings, stderr } = await replay(world);
    expect({ code, stopped, endings }).toEqual({
      code: 1,
      stopped: 'PostgreSQL answered SQLSTATE 42P01: the table is not there.',
      endings: {},
    });
    expect(stderr).toContain(
      'Stopped: PostgreSQL answered SQLSTATE 42P01: the table is not there. The messages that are left are in the queue: fix this, and run it again.',
    );
    await world.database.query('ALTER TABLE elsewhere RENAME TO notifications');
    // At once: no message is in flight any more.
    expect(await replay(world)).toMatchObject({ code: 0, endings: { stored: 3 }, inFlight: 0 });
  });

  test('stops when the database is unreachable', async () => {
    const world = await createQueueWorld({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere',
      RETRY_MAX_ATTEMPTS: '1',
    });
    await world.send(goodDeadLetter(1));
    expect(await replay(world)).toMatchObject({
      code: 1,
      stopped: 'The connection to PostgreSQL failed (ECONNREFUSED).',
    });
    expect(await world.queue.takeDeadLetters()).toHaveLength(1);
  });

  test('says that a queue does not exist', async () => {
    const world = await createQueueWorld();
    expect(await world.run('replay', '--yes', '--queue-url', `${world.queue.url}-not`)).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr:
        'The queue does not exist: check account, region and name in DEAD_LETTER_QUEUE_URL or --queue-url.\n',
    });
  });
});

describe('--dry-run', () => {
  test('reports what would happen to each dead letter, and changes nothing', async () => {
    const world = await createQueueWorld();
    await world.database.query("ALTER TABLE notifications ADD CHECK (title <> 'forbidden')");
    await world.send(goodDeadLetter(1));
    await replay(world);
    const refused = record(notification({ id: uuid(5), title: 'forbidden' }), { offset: 5 });
    const outOfRange = record(
      notification({ id: uuid(6), created_at: '2025-10-22T00:00:00+23:59' }),
      { offset: 6 },
    );
    await world.send(
      ...[
        goodDeadLetter(1),
        goodDeadLetter(2),
        goodDeadLetter(3),
        goodDeadLetter(3),
        badDeadLetter(4),
      ],
      ...[deadLetterOf(refused), deadLetterOf(outOfRange)],
      deadLetterOf(goodRecord(8), {}, { version: 9 }),
    );
    const { code, stdout } = await world.run('replay', '--dry-run', '--json');
    expect(code).toBe(1);
    const { entries } = JSON.parse(stdout) as {
      entries: { id: string; ending: string; detail: string; messageId: string }[];
    };
    const lines = entries.map(({ id, ending, detail }) => [id, ending, detail].join(' ').trim());
    expect(lines.filter((line) => line.startsWith('notifications')).sort()).toEqual([
      'notifications-0@1 already-there',
      'notifications-0@2 stored',
      'notifications-0@3 duplicate',
      'notifications-0@3 stored',
      'notifications-0@4 rejected invalid_value: user_id: not a UUID',
      'notifications-0@5 rejected rejected_by_postgres: refused by PostgreSQL: SQLSTATE 23514, constraint notifications_title_check',
      'notifications-0@6 rejected rejected_by_postgres: refused by PostgreSQL: SQLSTATE 22009, column created_at',
    ]);
    expect(await idsOf(world)).toEqual([uuid(1)]);
    const taken = await world.queue.takeAll();
    expect(taken).toHaveLength(8);
    expect(taken.every(({ MessageAttributes }) => !MessageAttributes?.replayAttempts)).toBe(true);
  });

  test('groups what would happen, for a person', async () => {
    const world = await createQueueWorld();
    await world.send(...[1, 2, 3].map(badDeadLetter), goodDeadLetter(4));
    const { code, stdout } = await world.run('replay', '--dry-run');
    expect({ code, stdout: stdout.replace(/\d+\.\d s/, '… s') }).toEqual({
      code: 1,
      stdout: `  1  would be stored
  3  would be rejected again
     invalid_value: user_id: not a UUID
     notifications-0@1, notifications-0@2, notifications-0@3

Took … s.
`,
    });
  });

  test('stops when PostgreSQL cannot tell', async () => {
    const world = await createQueueWorld({ SINK_CONFIG: definitionFile({ table: 'nowhere' }) });
    await world.send(goodDeadLetter(1));
    const { code, stderr } = await world.run('replay', '--dry-run');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Stopped: PostgreSQL answered SQLSTATE 42P01: the table is not there.',
    );
  });
});

test('no command prints data, whatever becomes of a dead letter', async () => {
  const world = await createQueueWorld();
  await world.database.query("ALTER TABLE notifications ADD CHECK (title <> 'xyzzy-refused')");
  const word = 'xyzzy';
  const marked = (offset: number, fields: Record<string, unknown>) =>
    deadLetterOf(
      record(notification({ id: uuid(offset), title: word, body: word, [word]: word, ...fields }), {
        offset,
        key: Buffer.from(word).toString('base64'),
        headers: [{ [word]: [120] }],
      } as never),
    );
  await world.send(
    marked(1, {}),
    marked(2, { user_id: word }),
    marked(3, { title: 'xyzzy-refused' }),
    deadLetterOf(record(word, { offset: 4 })),
    { body: word },
    { body: JSON.stringify({ version: 7, reason: word, record: { [word]: word } }) },
  );
  for (const args of [['list'], ['list', '--json'], ['replay', '--dry-run'], ['replay', '--yes']]) {
    const { stdout, stderr } = await world.run(...args);
    expect(stdout + stderr).not.toMatch(/xyzzy|eHl6enk/);
    expect(stdout).not.toBe('');
  }
  expect(await idsOf(world)).toEqual([uuid(1)]);
});
