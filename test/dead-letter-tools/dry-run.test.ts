import { expect, onTestFinished, test } from 'vitest';
import definition from '../../sink.config.ts';
import { createDryRun } from '../../src/dead-letter-tools/replay/dry-run.ts';
import { createStoreTarget } from '../../src/dead-letter-tools/replay/store-target.ts';
import { bigint, text } from '../../src/definition/columns.ts';
import { defineSink } from '../../src/definition/define.ts';
import { meta } from '../../src/definition/meta.ts';
import { type CompiledSinks, compileSinks } from '../../src/definition/sinks.ts';
import { key } from '../../src/definition/sources.ts';
import { createStore } from '../../src/postgres/store.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { notification, sinkRecord, sinkRecords, uuid } from '../support/records.ts';

test('a dry run tells by a key of several columns, of other types, what is there already', async () => {
  const database = await createDatabase();
  await database.query(
    `ALTER TABLE notifications DROP CONSTRAINT notifications_pkey,
       ADD PRIMARY KEY (source_offset, source_topic, source_partition)`,
  );
  const { sinkOf } = compileSinks({
    ...definition,
    key: ['source_topic', 'source_partition', 'source_offset'],
  });
  const { target, dryRun } = createTargets(database, sinkOf);
  await target.deliver(sinkRecords(2));
  const count = () => database.query('SELECT count(*)::int FROM notifications');

  const value = (id: number, more = {}) => notification({ id: uuid(id), ...more });
  const [there, other, fresh, repeat, refused, broken] = [
    sinkRecord(value(70), { offset: 1 }),
    sinkRecord(value(0), { offset: 1, partition: 1 }),
    sinkRecord(value(0), { offset: 2 }),
    sinkRecord(value(71), { offset: 2 }),
    sinkRecord(value(72, { created_at: '2025-10-22T00:00:00+23:59' }), { offset: 3 }),
    sinkRecord('{', { offset: 4 }),
  ] as const;
  const {
    done,
    refused: not,
    failed,
  } = await dryRun.deliver([...[there, other, fresh, repeat], ...[refused, broken]]);
  expect(new Map(done.map(({ record, ending }) => [record, ending]))).toEqual(
    new Map([
      [there, 'already-there'],
      [other, 'stored'],
      [fresh, 'stored'],
      [repeat, 'already-there'],
    ]),
  );
  expect(new Set(not.map(({ record }) => record))).toEqual(new Set([refused, broken]));
  expect(failed).toEqual([]);

  const later = await dryRun.deliver([{ ...fresh }, sinkRecord(value(73), { offset: 5 })]);
  expect(later.done.map(({ ending }) => ending)).toEqual(['already-there', 'stored']);
  expect(await count()).toEqual([{ count: 2 }]);
});

test('of a table of states, it tells what would be stored and what is stale, and a replay deletes both', async () => {
  const database = await createDatabase();
  await database.query(`CREATE TABLE customers (id bigint PRIMARY KEY, at timestamptz NOT NULL, name text);
    INSERT INTO customers VALUES (1, '2026-01-01Z', 'newer'), (2, '2025-01-01Z', 'older'), (3, '2025-01-01Z', 'gone')`);
  const { sinkOf } = compileSinks(
    defineSink({
      ...{ topic: 'notifications', table: 'customers', key: 'id' },
      columns: { id: bigint().from(key()), at: meta.timestamp, name: text() },
      write: { mode: 'upsert', version: 'at', tombstones: 'delete' },
    }),
  );
  const { target, dryRun } = createTargets(database, sinkOf);
  const timestamp = Date.UTC(2025, 6, 1);
  const records = [1, 2, 3].map((id) =>
    sinkRecord(id === 3 ? null : '{"name":"replayed"}', {
      ...{ offset: id, timestamp, key: Buffer.from(`${id}`) },
    }),
  );
  const rows = () => database.query('SELECT id::int, name FROM customers ORDER BY id');
  const before = await rows();
  for (const deliver of [dryRun.deliver, target.deliver]) {
    const { done, refused, failed } = await deliver(records);
    const endings = new Map(done.map(({ record, ending }) => [record, ending]));
    expect(records.map((record) => endings.get(record))).toEqual([
      ...['passed-over', 'stored', 'stored'],
    ]);
    expect([refused, failed]).toEqual([[], []]);
    if (deliver === dryRun.deliver) expect(await rows()).toEqual(before);
  }
  expect(await rows()).toEqual([
    { id: 1, name: 'newer' },
    { id: 2, name: 'replayed' },
  ]);
});

/** What stores records in the database, and what only says what it would. */
function createTargets({ url }: TestDatabase, sinkOf: CompiledSinks['sinkOf']) {
  const settings = readSettings(
    { DATABASE_URL: url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused' },
    readSink,
  );
  const store = createStore(settings, { onRetry() {}, onCircuit() {} });
  const target = createStoreTarget(store, sinkOf, 'dead-letter');
  const dryRun = createDryRun(settings.database, sinkOf, 'dead-letter');
  onTestFinished(async () => {
    await dryRun.close();
    await target.close();
  });
  return { target, dryRun };
}
