import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { consume, createPlace, ofTopic } from '../service/support/service.ts';
import { buildCommand } from '../support/built-command.ts';
import { definitionFile } from '../support/definition-file.ts';
import { createTestTopic } from '../support/topic.ts';
import { until } from '../support/until.ts';

const RECORDS = 200_000;
const KEYS = 10_000;
/** One of so many is a tombstone. */
const TOMBSTONES = 10;
const START = Date.UTC(2026, 10, 27);

const definition = (topic: string) =>
  definitionFile({
    ...{ topic, table: 'customers', key: 'id' },
    columns: {
      id: { type: 'bigint', from: { key: 'id' } },
      name: { type: 'text', nullable: true },
      source_timestamp: { type: 'timestamptz', from: { meta: 'timestamp' } },
      source_offset: { type: 'bigint', from: { meta: 'offset' } },
    },
    write: {
      ...{ mode: 'upsert', version: ['source_timestamp', 'source_offset'], tombstones: 'delete' },
    },
  });

/** The n-th record of the topic; those of a key are in one partition, in no regular order. */
function recordOf(n: number) {
  const id = (n * 7919 + Math.floor(n / KEYS) * 31) % KEYS;
  const isGone = (n * 31 + id) % TOMBSTONES === 0;
  return { id, name: isGone ? null : `name ${n}` };
}

describe.skipIf(inject('kafka') === null)('a compacted topic', () => {
  const command = buildCommand();
  let server: LocalPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  test(`${RECORDS} records over ${KEYS} keys, PostgreSQL killed twice: the table is what the topic says`, async () => {
    const topic = await createTestTopic();
    const states = new Map<number, string | null>();
    for (let from = 0; from < RECORDS; from += 5000)
      await topic.produce(
        Array.from({ length: 5000 }, (_, at) => {
          const { id, name } = recordOf(from + at);
          states.set(id, name);
          return {
            ...{ key: Buffer.from(`{"id":${id}}`), partition: id % 3 },
            ...(name === null ? {} : { value: Buffer.from(JSON.stringify({ name })) }),
            timestamp: BigInt(START + from + at),
          };
        }),
      );
    const ask = async (sql: string) => {
      const client = new pg.Client(server.url);
      await client.connect();
      return client.query(sql).finally(() => client.end());
    };
    await ask(
      'CREATE TABLE customers (id bigint PRIMARY KEY, name text, source_timestamp timestamptz NOT NULL, source_offset bigint NOT NULL)',
    );
    const { env } = await createPlace();
    const options = [...ofTopic(topic), '--sink', definition(topic.name)];
    const running = consume(options, { ...env, DATABASE_URL: server.url }, command);
    await running.ready();
    const acknowledged = async () =>
      (await topic.committed()).reduce((sum, offset) => sum + Math.max(0, offset), 0);
    for (const share of [0.2, 0.6]) {
      const isThere = async () => (await acknowledged()) >= share * RECORDS;
      await until(isThere, `${share} of the records`, 60_000, 20);
      server.kill('SIGKILL');
      await server.restart();
    }
    const isDone = async () => (await acknowledged()) === RECORDS;
    await until(isDone, () => `all records: ${running.errors()}`, 60_000, 50);
    const { rows } = await ask('SELECT id::int, name FROM customers ORDER BY id');
    const expected = [...states].filter(([, name]) => name !== null).sort(([a], [b]) => a - b);
    expect(rows).toEqual(expected.map(([id, name]) => ({ id, name })));
    expect(await running.metric('kafka_pg_sink_records_total{fate="dead_lettered"}')).toBe(0);
  }, 180_000);
});
