import { expect, test } from 'vitest';
import definition from '../../sink.config.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { bigint, defineSink, defineSinks, key, text, timestamptz } from '../../src/index.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { notification, sinkRecord, uuid } from '../support/records.ts';
import { createDirectSink, createSink } from '../support/sink.ts';

const ACCOUNTS = defineSink({
  topic: /accounts-\w+/,
  table: 'accounts',
  key: 'id',
  columns: {
    id: bigint().from(key('id')),
    name: text(),
    plan: text().dbDefault(),
    since: timestamptz().nullable().dbDefault(),
  },
});
const DDL = `CREATE TABLE accounts (id bigint PRIMARY KEY, name text NOT NULL, plan text NOT NULL DEFAULT 'free',
  since timestamptz DEFAULT '2025-01-01T00:00:00Z')`;

const account = (offset: number, value: Record<string, unknown>, topic = 'accounts-eu') =>
  sinkRecord(value, { topic, offset, key: Buffer.from(`{"id":${offset}}`) });

async function open() {
  const sinks = compileSinks([definition, ACCOUNTS]);
  const opened = await createDirectSink({}, sinks);
  await opened.database.query(DDL);
  const send = async (records: readonly SinkRecord[]) => {
    const deadline = startDeadline(20_000);
    const fates = await opened.sink({ records, size: records.length, source: null }, deadline);
    deadline.clear();
    return fates;
  };
  return { ...opened, send };
}

test.each([3, 100, 3000])(
  'a batch of %i records of each of two topics goes into two tables',
  async (count) => {
    const { database, send } = await open();
    const records = Array.from({ length: count }, (_, n) => [
      sinkRecord(notification({ id: uuid(n) }), { offset: n }),
      account(n, { name: `account ${n}`, plan: 'paid', since: null }),
    ]).flat();
    const fates = await send(records);
    expect([fates.stored.length, fates.failed, fates.passedOver]).toEqual([2 * count, [], []]);
    expect(
      await database.query(
        `SELECT (SELECT count(*)::int FROM notifications) AS notifications, (SELECT count(*)::int FROM accounts) AS accounts,
              (SELECT count(*)::int FROM accounts WHERE plan <> 'paid' OR since IS NOT NULL OR name <> 'account ' || id) AS wrong`,
      ),
    ).toEqual([{ notifications: count, accounts: count, wrong: 0 }]);
  },
);

test.each([4, 100])(
  'of %i records, what one leaves out has the default of the table',
  async (count) => {
    const { database, send } = await open();
    const values = [{ plan: 'paid', since: null }, { plan: 'paid' }, { since: null }, {}];
    const records = Array.from({ length: count }, (_, n) =>
      account(n, { name: 'a', ...values[n % 4] }),
    );
    const fates = await send(records);
    expect([fates.stored.length, fates.failed]).toEqual([count, []]);
    expect(
      await database.query('SELECT plan, since FROM accounts WHERE id >= $1 ORDER BY id', [
        count - 4,
      ]),
    ).toEqual([
      { plan: 'paid', since: null },
      { plan: 'paid', since: new Date('2025-01-01T00:00:00Z') },
      { plan: 'free', since: null },
      { plan: 'free', since: new Date('2025-01-01T00:00:00Z') },
    ]);
  },
);

test('of two records of one key that leave out other columns, the first is stored', async () => {
  const { database, send } = await open();
  const second = { ...account(1, { name: 'second', plan: 'paid' }), offset: 9 };
  const fates = await send([account(1, { name: 'first' }), second]);
  expect(fates.stored.map(({ offset }) => offset)).toEqual([1]);
  expect(fates.passedOver).toMatchObject([{ record: { offset: 9 }, rule: 'conflict' }]);
  expect(await database.query('SELECT name, plan FROM accounts')).toEqual([
    { name: 'first', plan: 'free' },
  ]);
});

test('a table that is missing fails its own records only', async () => {
  const { database, send } = await open();
  await database.query('DROP TABLE accounts');
  const fates = await send([
    sinkRecord(notification()),
    account(1, { name: 'a' }),
    account(2, { name: 'b' }),
  ]);
  expect(fates.stored.map(({ topic }) => topic)).toEqual(['notifications']);
  expect(
    fates.failed.map(({ record, cause }) => [(record as SinkRecord).topic, cause.message]),
  ).toEqual([
    ['accounts-eu', 'PostgreSQL answered SQLSTATE 42P01: the table is not there.'],
    ['accounts-eu', 'PostgreSQL answered SQLSTATE 42P01: the table is not there.'],
  ]);
});

test('a column that one definition does not write is not the fault of its records', async () => {
  const { database, send } = await open();
  await database.query('ALTER TABLE accounts ADD COLUMN title text NOT NULL');
  const fates = await send([sinkRecord(notification()), account(1, { name: 'a' })]);
  expect(fates.stored).toHaveLength(1);
  expect(fates.deadLettered).toEqual([]);
  expect(fates.failed).toMatchObject([{ cause: { fault: 'deployment', code: '23502' } }]);
});

test('a record of a topic without a definition is failed, whatever it is: never dead-lettered', async () => {
  const { send, queue } = await open();
  const other = (offset: number, value: unknown) =>
    sinkRecord(value, { topic: 'payments', offset });
  const fates = await send([
    other(1, notification()),
    other(2, null),
    other(3, Buffer.from('{')),
    sinkRecord(notification()),
  ]);
  expect(fates.stored.map(({ topic }) => topic)).toEqual(['notifications']);
  expect(fates.failed.map(({ record }) => (record as SinkRecord).offset)).toEqual([1, 2, 3]);
  expect(fates.failed[0]?.cause.message).toContain(
    'payments: no definition takes this topic: add one to the definition file, which has notifications, /^(?:accounts-\\w+)$/',
  );
  expect([fates.deadLettered, await queue.takeDeadLetters()]).toEqual([[], []]);
});

test('the handler names such records, or throws where its response is not read', async () => {
  const records = [{ topic: 'payments', partition: 2, offset: 7, timestamp: 1, value: 'e30=' }];
  const event = {
    eventSource: 'aws:kafka',
    bootstrapServers: 'b:1',
    records: { 'payments-2': records },
  };
  const named = await createSink();
  expect(await named.handle(event)).toEqual({
    batchItemFailures: [{ itemIdentifier: { partition: 'payments-2', offset: 7 } }],
  });
  const thrown = await createSink({ PARTIAL_BATCH_RESPONSE: 'disabled' });
  await expect(thrown.handle(event)).rejects.toThrow('payments: no definition takes this topic');
});

test('two definitions of one pattern each fail the records of a topic that both match', async () => {
  const sinks = compileSinks(
    defineSinks([ACCOUNTS, { ...ACCOUNTS, topic: /\w+-eu/, name: 'europe' }]),
  );
  const { sink } = await createDirectSink({}, sinks);
  const deadline = startDeadline(20_000);
  const fates = await sink(
    { records: [account(1, { name: 'a' })], size: 1, source: null },
    deadline,
  );
  deadline.clear();
  expect(fates.failed[0]?.cause.message).toContain(
    'accounts-eu: one definition must take this topic, not ',
  );
});

test('what one definition does wrong fails its own records, and those of other topics are stored', async () => {
  const changed = { ...definition.columns, title: text().transform(async (title) => title) };
  const broken = defineSink({ ...definition, topic: 'broken', columns: changed });
  const { sink, database } = await createDirectSink({}, compileSinks([broken, definition]));
  const records = ['broken', 'notifications'].map((topic, n) =>
    sinkRecord(notification({ id: uuid(n) }), { topic, offset: n }),
  );
  const deadline = startDeadline(20_000);
  const fates = await sink({ records, size: 2, source: null }, deadline);
  deadline.clear();
  expect(fates.stored.map(({ topic }) => topic)).toEqual(['notifications']);
  expect(fates.failed).toEqual([
    {
      record: records[0],
      cause: expect.objectContaining({
        message: expect.stringContaining(
          'transform of a column of type text must not be a promise',
        ),
      }),
    },
  ]);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 1 }]);
});
