import { expect, test } from 'vitest';
import { eventOf, notification, recordOf } from '../support/event.ts';
import { createSink, readEvent } from '../support/sink.ts';

const EMPTY = { batchItemFailures: [] };

test('stores the four records of msk.json, whatever their keys and headers [D1]', async () => {
  const { handle, database } = await createSink();
  expect(await handle(readEvent('msk'))).toEqual(EMPTY);
  const rows = await database.query(
    'SELECT title, source_partition, source_offset::int FROM notifications ORDER BY 2, 3',
  );
  expect(rows).toEqual([
    { title: 'Your order has shipped', source_partition: 0, source_offset: 15 },
    { title: 'Доставлено ✅', source_partition: 0, source_offset: 16 },
    { title: 'Your order has shipped', source_partition: 1, source_offset: 7 },
    { title: 'Your order has shipped', source_partition: 1, source_offset: 8 },
  ]);
});

test('stores the record of self-managed.json, which has no ARN and null headers', async () => {
  const { handle, database } = await createSink();
  expect(await handle(readEvent('self-managed'))).toEqual(EMPTY);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 1 }]);
});

test('takes self-managed-older.json, of the source aws:SelfManagedKafka, with records that lack key and headers', async () => {
  const { handle, database, queue } = await createSink();
  expect(await handle(readEvent('self-managed-older'))).toEqual(EMPTY);
  expect(
    await database.query('SELECT title, source_offset::int FROM notifications ORDER BY 2'),
  ).toEqual([
    { title: 'Your order was delivered', source_offset: 31 },
    { title: 'No key and no headers', source_offset: 32 },
  ]);
  expect(await queue.takeDeadLetters()).toMatchObject([
    {
      id: 'notifications-3@0',
      reason: 'invalid_json',
      source: 'broker-1.kafka.example:9092,broker-2.kafka.example:9092,broker-3.kafka.example:9092',
    },
  ]);
});

test('dead-letters each rejected record of rejected.json with its reason and stores the two fit ones [L1] [D5]', async () => {
  const { handle, database, queue } = await createSink();
  expect(await handle(readEvent('invalid'))).toEqual(EMPTY);
  expect(await database.query('SELECT source_offset::int FROM notifications ORDER BY 1')).toEqual([
    { source_offset: 200 },
    { source_offset: 211 },
  ]);
  const deadLetters = await queue.takeDeadLetters();
  expect(deadLetters.map(({ id, reason }) => [id, reason])).toEqual([
    ['notifications-0@201', 'tombstone'],
    ['notifications-0@202', 'tombstone'],
    ['notifications-0@203', 'invalid_json'],
    ['notifications-0@204', 'invalid_utf8'],
    ['notifications-0@205', 'invalid_value'],
    ['notifications-0@206', 'invalid_value'],
    ['notifications-0@207', 'invalid_value'],
    ['notifications-0@208', 'invalid_value'],
    ['notifications-0@209', 'malformed_record'],
    ['notifications-0@210', 'invalid_value'],
  ]);
});

test('changes nothing when the same event arrives twice [D1]', async () => {
  const { handle, database } = await createSink();
  const all = 'SELECT * FROM notifications ORDER BY id';
  await handle(readEvent('msk'));
  const before = await database.query(all);
  expect(await handle(readEvent('msk'))).toEqual(EMPTY);
  expect(await database.query(all)).toEqual(before);
  expect(before).toHaveLength(4);
});

test('keeps every field as it was sent', async () => {
  const { handle, database } = await createSink();
  const value = {
    ...notification(1),
    event_type: 'x',
    title: "Robert'); DROP TABLE notifications;-- 💶",
    body: '\u0001 \u001f \ufeff \\ " \n end',
    created_at: '2025-10-22T02:30:00.123456+02:30',
  };
  await handle(eventOf([recordOf(7, value, { partition: 3 })]));
  const rows = await database.query(
    `SELECT id, user_id, event_type, title, body, source_topic, source_partition, source_offset::int,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS created_at,
            inserted_at > now() - interval '1 minute' AS fresh
       FROM notifications`,
  );
  expect(rows).toEqual([
    {
      ...value,
      created_at: '2025-10-22 00:00:00.123456',
      source_topic: 'notifications',
      source_partition: 3,
      source_offset: 7,
      fresh: true,
    },
  ]);
});

test('gives a record without an id the same id each time, and takes its timestamp', async () => {
  const { handle, database } = await createSink();
  const { id: _, created_at: __, ...rest } = notification(1);
  const event = eventOf([recordOf(5, rest, { timestamp: 1_761_091_200_123 }), recordOf(6, rest)]);
  await handle(event);
  await handle(event);
  const rows = await database.query<{ at: number }>(
    'SELECT source_offset::int, extract(epoch from created_at) * 1000 AS at FROM notifications ORDER BY 1',
  );
  expect(rows.map(({ at }) => Number(at))).toEqual([1_761_091_200_123, 1_761_091_200_000]);
});

test('takes every extended form of ISO 8601 with an offset', async () => {
  const { handle, database } = await createSink();
  const forms = ['02:30Z', '04:30:00+0200', '04:30+02', '00:00:00.000-02:30', '02:30:00.000000Z'];
  const records = forms.map((time, at) =>
    recordOf(at, { ...notification(at), created_at: `2025-10-22T${time}` }),
  );
  expect(await handle(eventOf(records))).toEqual(EMPTY);
  expect(
    await database.query('SELECT created_at::text, count(*)::int FROM notifications GROUP BY 1'),
  ).toEqual([{ created_at: '2025-10-22 02:30:00+00', count: 5 }]);
});

test('stores a record once that is in one batch several times', async () => {
  const { handle, database } = await createSink();
  const copies = Array.from({ length: 50 }, (_, offset) =>
    recordOf(offset, notification(offset % 5)),
  );
  expect(await handle(eventOf(copies))).toEqual(EMPTY);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 5 }]);
});

test('finds the records that only PostgreSQL refuses, and stores the rest [D5]', async () => {
  const { handle, database, queue } = await createSink();
  await database.query(
    "ALTER TABLE notifications ADD CONSTRAINT no_thirteen CHECK (title <> 'bad')",
  );
  const records = Array.from({ length: 2000 }, (_, offset) =>
    recordOf(offset, { ...notification(offset), title: offset % 97 === 13 ? 'bad' : 'good' }),
  );
  expect(await handle(eventOf(records))).toEqual(EMPTY);
  const deadLetters = await queue.takeDeadLetters();
  expect(deadLetters).toHaveLength(21);
  expect(new Set(deadLetters.map(({ record }) => (record.offset ?? 0) % 97))).toEqual(
    new Set([13]),
  );
  expect(deadLetters[0]).toMatchObject({
    reason: 'rejected_by_postgres',
    message: 'refused by PostgreSQL: SQLSTATE 23514, constraint no_thirteen',
    details: { sqlstate: '23514', constraint: 'no_thirteen', issues: [] },
  });
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
    { count: 1979 },
  ]);
});

test('tells apart what a type and what a constraint refuses, each with its SQLSTATE [D5]', async () => {
  const { handle, database, queue } = await createSink();
  await database.query("ALTER TABLE notifications ADD CONSTRAINT polite CHECK (title <> 'bad')");
  const records = Array.from({ length: 3000 }, (_, offset) => {
    const value = notification(offset);
    if (offset % 100 === 7)
      return recordOf(offset, { ...value, created_at: '2025-10-22T00:00:00+23:59' });
    if (offset % 100 === 50) return recordOf(offset, { ...value, title: 'bad' });
    return recordOf(offset, value, offset === 1 ? { partition: 2 ** 40 } : {});
  });
  expect(await handle(eventOf(records))).toEqual(EMPTY);
  const deadLetters = await queue.takeDeadLetters();
  const bySqlState = Object.groupBy(deadLetters, ({ details }) => details.sqlstate ?? '');
  const offsets = (sqlstate: string) =>
    new Set(bySqlState[sqlstate]?.map(({ record }) => (record.offset ?? 0) % 100));
  expect(
    Object.entries(bySqlState)
      .map(([sqlstate, list]) => [sqlstate, list?.length])
      .sort(),
  ).toEqual([
    ['22003', 1],
    ['22009', 30],
    ['23514', 30],
  ]);
  expect([offsets('22003'), offsets('22009'), offsets('23514')]).toEqual(
    [1, 7, 50].map((offset) => new Set([offset])),
  );
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
    { count: 2939 },
  ]);
});

test('finds them also where PostgreSQL cannot say which they are, as before version 16 [D5]', async () => {
  const { handle, database, queue } = await createSink();
  await database.query(
    'ALTER FUNCTION pg_catalog.pg_input_error_info(text, text) RENAME TO not_there_yet',
  );
  const records = Array.from({ length: 300 }, (_, offset) =>
    recordOf(offset, {
      ...notification(offset),
      ...(offset % 100 === 7 ? { created_at: '2025-10-22T00:00:00+23:59' } : {}),
    }),
  );
  expect(await handle(eventOf(records))).toEqual(EMPTY);
  expect((await queue.takeDeadLetters()).map(({ id, details }) => [id, details.sqlstate])).toEqual(
    [107, 207, 7].map((offset) => [`notifications-0@${offset}`, '22009']),
  );
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 297 }]);
});

test('dead-letters a whole batch that PostgreSQL refuses', async () => {
  const { handle, database, queue } = await createSink();
  await database.query('ALTER TABLE notifications ADD CHECK (title IS NULL) NOT VALID');
  const records = Array.from({ length: 20 }, (_, offset) => recordOf(offset, notification(offset)));
  expect(await handle(eventOf(records))).toEqual(EMPTY);
  expect(await queue.takeDeadLetters()).toHaveLength(20);
});

test('does not hide a violation of another unique constraint as a duplicate', async () => {
  const { handle, database, queue } = await createSink();
  await database.query('CREATE UNIQUE INDEX one_title ON notifications (title)');
  await handle(eventOf([recordOf(1, notification(1)), recordOf(2, notification(2))]));
  expect(await queue.takeDeadLetters()).toMatchObject([
    { reason: 'rejected_by_postgres', details: { sqlstate: '23505', constraint: 'one_title' } },
  ]);
});

test('fails, and dead-letters nothing, while a column that it does not write must not be null', async () => {
  const { handle, database, queue } = await createSink();
  await database.query('ALTER TABLE notifications ADD COLUMN tenant int NOT NULL');
  const event = eventOf([recordOf(1, notification(1)), recordOf(2, notification(2))]);
  expect(await handle(event)).toEqual({
    batchItemFailures: [1, 2].map((offset) => ({
      itemIdentifier: { partition: 'notifications-0', offset },
    })),
  });
  expect(await queue.takeDeadLetters()).toEqual([]);
  await database.query('ALTER TABLE notifications ALTER tenant SET DEFAULT 1');
  expect(await handle(event)).toEqual(EMPTY);
});

test('names every record while the table is missing, and still dead-letters the rejected one', async () => {
  const { handle, database, queue } = await createSink();
  await database.query('ALTER TABLE notifications RENAME TO elsewhere');
  const fit = [recordOf(1, notification(1)), recordOf(3, notification(3))];
  const { batchItemFailures } = await handle(eventOf([...fit, recordOf(2, 'not an object')]));
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier.offset).sort()).toEqual([
    1, 3,
  ]);
  expect((await queue.takeDeadLetters()).map(({ id }) => id)).toEqual(['notifications-0@2']);
});

test('throws when the mapping does not read the response, with counts and offsets and without dead letters', async () => {
  const { handle, database, queue } = await createSink({ PARTIAL_BATCH_RESPONSE: 'disabled' });
  await database.query('ALTER TABLE notifications RENAME TO elsewhere');
  const event = eventOf([
    recordOf(40, notification(1)),
    recordOf(41, notification(2), { partition: 2 }),
    recordOf(42, 'rejected'),
  ]);
  await expect(handle(event)).rejects.toMatchObject({
    name: 'BatchFailedError',
    message: expect.stringMatching(
      /^3 records failed .*notifications-0: 2 from offset 40; notifications-2: 1 from offset 41.*42P01/,
    ),
  });
  expect(await queue.takeDeadLetters()).toEqual([]);
  await database.query('ALTER TABLE elsewhere RENAME TO notifications');
  expect(await handle(event)).toEqual(EMPTY);
  expect(await queue.takeDeadLetters()).toHaveLength(1);
});

test('stores a chunk whole or not at all [D4]', async () => {
  const { handle, database } = await createSink({ RETRY_MAX_ATTEMPTS: '0' });
  // Raised when the last row is inserted: what came before it must be gone.
  await database.query(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.title = 'last' THEN RAISE SQLSTATE '53100'; END IF; RETURN NEW; END $$`);
  await database.query(
    'CREATE TRIGGER fail AFTER INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION fail()',
  );
  const records = Array.from({ length: 10 }, (_, offset) =>
    recordOf(offset, { ...notification(offset), title: offset === 9 ? 'last' : 'first' }),
  );
  expect((await handle(eventOf(records))).batchItemFailures).toHaveLength(10);
  expect(await database.query('SELECT * FROM notifications')).toEqual([]);
});

test('uses the same connections for one batch after another [D3]', async () => {
  const { handle, database } = await createSink();
  const backends = () =>
    database.query(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink' AND datname = current_database() ORDER BY 1",
    );
  const batch = (first: number) =>
    eventOf(Array.from({ length: 1500 }, (_, i) => recordOf(first + i, notification(first + i))));
  await handle(batch(0));
  const before = await backends();
  for (let first = 1500; first < 9000; first += 1500) await handle(batch(first));
  expect(before).toHaveLength(2);
  expect(await backends()).toEqual(before);
});

test('leaves tombstones alone where the policy says so', async () => {
  const { handle, queue } = await createSink({ TOMBSTONE_POLICY: 'ignore' });
  expect(await handle(eventOf([recordOf(1, null)]))).toEqual(EMPTY);
  expect(await queue.takeAll()).toEqual([]);
});

test('answers an event without records', async () => {
  const { handle } = await createSink();
  expect(await handle(eventOf([]))).toEqual(EMPTY);
  expect(await handle({ eventSource: 'aws:kafka', records: { 'notifications-0': [] } })).toEqual(
    EMPTY,
  );
});

test('rejects what is not an event of a Kafka mapping', async () => {
  const { handle } = await createSink();
  for (const event of [{}, { Records: [] }, { eventSource: 'aws:sqs', records: {} }])
    await expect(handle(event)).rejects.toMatchObject({ name: 'InvalidEventError' });
});

test('answers at once, naming every record, when no time is left', async () => {
  const { handle } = await createSink();
  const event = eventOf([recordOf(1, notification(1)), recordOf(2, null)]);
  expect((await handle(event, 500)).batchItemFailures).toHaveLength(2);
});
