import { expect, onTestFinished, test } from 'vitest';
import { createConsumer } from '../../src/consumer/consumer.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { bigint, defineSink, header, key, text } from '../../src/index.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { observers } from '../../src/sink/observer.ts';
import { openSink } from '../../src/sink/open-sink.ts';
import { createDatabase } from '../support/database.ts';
import { sinkRecord } from '../support/records.ts';
import { consumerConfig } from '../support/topic.ts';
import { until } from '../support/until.ts';
import { createFakeSource } from './support/fake-source.ts';

const SINKS = compileSinks(
  defineSink({
    ...{ topic: 'customers', table: 'customers', key: 'id' },
    columns: {
      id: bigint().from(key()),
      version: bigint().from(header('version')),
      city: text().nullable(),
    },
    write: { mode: 'upsert', version: 'version', tombstones: 'delete' },
    foreignKeys: { retryFor: '1h' },
  }),
);

const record = (id: number, offset: number, city: string | null) => ({
  ...sinkRecord(city === null ? null : { city }, { topic: 'customers', offset }),
  ...{ partition: 0, timestamp: Date.now(), key: Buffer.from(String(id)) },
  headers: [{ name: 'version', value: Buffer.from(String(offset + 1)) }],
});

test('a tombstone does not get past a state of its key that waits to be delivered again, and other keys do', async () => {
  const database = await createDatabase();
  await database.query(`CREATE TABLE cities (name text PRIMARY KEY);
    CREATE TABLE customers (id bigint PRIMARY KEY, version bigint NOT NULL, city text REFERENCES cities)`);
  const settings = readSettings(
    { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused' },
    readSink,
  );
  const opened = openSink(settings, SINKS, false, observers({}));
  const { source, group, commits } = createFakeSource();
  const config = consumerConfig('localhost:9092', 'customers', { FLUSH_INTERVAL_MS: '0' });
  const log = { warn() {} };
  const consumer = createConsumer(config, { source, sink: opened.sink, log });
  await consumer.start();
  onTestFinished(async () => {
    await consumer.stop();
    await opened.close();
  });
  group().assigned({ topic: 'customers', partition: 0 }, 0, 0);
  const ids = async () =>
    (await database.query('SELECT id::int FROM customers ORDER BY id')).map(({ id }) => id);

  group().received([record(1, 0, 'Chur'), record(2, 1, null)]);
  await until(async () => commits.length === 0 && (await waiting()) === 1, 'the failure of one');
  group().received([record(1, 2, null), record(3, 3, '')].map(withoutCity));
  await until(async () => (await ids()).includes(3), 'the other key');
  expect(await ids()).toEqual([3]);
  await database.query("INSERT INTO cities VALUES ('Chur')");
  await until(() => commits.at(-1)?.offset === 4, 'the end of the partition');
  expect(await ids()).toEqual([3]);

  async function waiting(): Promise<number> {
    return consumer.status().partitions.reduce((sum, { pending }) => sum + pending, 0);
  }
});

/** No foreign key asks about NULL. */
function withoutCity(one: ReturnType<typeof record>) {
  return one.value === null ? one : { ...one, value: Buffer.from('{}') };
}
