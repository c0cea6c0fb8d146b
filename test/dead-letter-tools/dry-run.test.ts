import { expect, onTestFinished, test } from 'vitest';
import definition from '../../sink.config.ts';
import { createDryRun } from '../../src/dead-letter-tools/replay/dry-run.ts';
import { createStoreTarget } from '../../src/dead-letter-tools/replay/store-target.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { createStore } from '../../src/postgres/store.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { createDatabase } from '../support/database.ts';
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
  const settings = readSettings(
    { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused' },
    readSink,
  );
  const store = createStore(settings, { onRetry() {}, onCircuit() {} });
  const target = createStoreTarget(store, sinkOf, 'dead-letter');
  const dryRun = createDryRun(settings.database, sinkOf, 'dead-letter');
  onTestFinished(async () => {
    await dryRun.close();
    await target.close();
  });
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
