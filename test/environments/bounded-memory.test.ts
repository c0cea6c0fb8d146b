import { randomBytes } from 'node:crypto';
import { Producer } from '@platformatic/kafka';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { produce } from '../../bench/produce.ts';
import { PARTITIONS, uuid } from '../../bench/sample.ts';
import { verify } from '../../bench/verify.ts';
import { createTopic, deleteTopic } from '../../local/kafka.ts';
import { peakMemoryOf } from '../../local/processes.ts';
import * as column from '../../src/index.ts';
import { consume, createPlace, type Place } from '../service/support/service.ts';
import { buildCommand } from '../support/built-command.ts';
import { definitionFile, fileOf } from '../support/definition-file.ts';
import { until } from '../support/until.ts';
import { limitMemory } from './support/memory-limit.ts';

const MIB = 2 ** 20;
const servers = inject('kafka') ?? '';
const command = buildCommand();

/** A topic that is removed with the test. */
async function createOwnTopic(): Promise<string> {
  const name = `memory-${randomBytes(6).toString('hex')}`;
  await createTopic(servers, name, PARTITIONS);
  onTestFinished(() => deleteTopic(servers, name));
  return name;
}

/**
 * Runs the command under a limit until a table holds so many rows. Where no limit can be set here, its resident set has to
 * keep to it.
 */
async function consumeWithin(
  limit: number,
  { env, database }: Place,
  { topic, sink, table, rows }: { topic: string; sink: string; table: string; rows: number },
): Promise<void> {
  const group = limitMemory(limit);
  if (!group) console.warn('No control group can be made here: the resident set alone is watched.');
  // The process ends before that: what is registered last comes first.
  onTestFinished(() => group?.remove());
  const args = ['--bootstrap-servers', servers, '--sink', sink, '--from', 'earliest'];
  const running = consume([...args, '--group-id', `group-${topic}`], env, command);
  group?.add(running.pid);
  const count = async () => {
    const [found] = await database.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`);
    return found?.count ?? 0;
  };
  let ended = false;
  void running.ended.then(() => {
    ended = true;
  });
  const what = () => `${rows} rows; killed: ${group?.kills() ?? '?'}; ${running.errors()}`;
  await until(async () => ended || (await count()) >= rows, what, 120_000, 250);
  const peak = peakMemoryOf(running.pid);
  expect([ended, group?.kills() ?? 0]).toEqual([false, 0]);
  expect(peak * 1e6).toBeGreaterThan(0);
  expect(peak * 1e6).toBeLessThan(limit);
  running.kill('SIGTERM');
  expect(await running.ended).toBe(0);
}

describe.skipIf(servers === '')('with its defaults, the built command', () => {
  test('takes a backlog of 1,000,000 records within 128 MiB, and stores each once', async () => {
    const place = await createPlace();
    const topic = await createOwnTopic();
    const since = Date.now();
    const records = 1_000_000;
    await produce(servers, { topic, run: topic, records, rate: 0 });
    await consumeWithin(128 * MIB, place, {
      ...{ topic, sink: definitionFile({ topic }), table: 'notifications', rows: records },
    });
    const client = await place.database.pool.connect();
    onTestFinished(() => client.release());
    await verify(client, 'The command', { topic, run: topic, records, since });
  }, 300_000);

  test('takes records of 60 KB and of 9 MB within 256 MiB, and stores each once', async () => {
    const place = await createPlace();
    const topic = await createOwnTopic();
    const [small, large] = [60_000, 9_000_000];
    const sizes = [
      ...Array(1000).fill(small),
      ...Array(30).fill(large),
      ...Array(1000).fill(small),
    ];
    const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
      clientId: 'test',
      bootstrapBrokers: [servers],
    });
    onTestFinished(() => producer.close());
    for (const [number, size] of sizes.entries()) {
      const value = Buffer.from(JSON.stringify({ id: uuid(`${number}`), body: 'x'.repeat(size) }));
      await producer.send({ messages: [{ topic, partition: number % PARTITIONS, value }] });
    }
    await place.database.query('CREATE TABLE documents (id uuid PRIMARY KEY, body text NOT NULL)');
    const columns = { id: column.uuid().spec, body: column.text().spec };
    const definition = { topic, table: 'documents', key: 'id', columns };
    const sink = fileOf('sink.config.json', JSON.stringify(definition));
    await consumeWithin(256 * MIB, place, { topic, sink, table: 'documents', rows: sizes.length });
    const found = await place.database.query(
      'SELECT length(body) AS size, count(*)::int FROM documents GROUP BY 1 ORDER BY 1',
    );
    expect(found).toEqual([
      { size: small, count: 2000 },
      { size: large, count: 30 },
    ]);
  }, 300_000);
});
