import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../local/kafka.ts';
import { createPublisher } from '../../src/kafka/publisher.ts';
import { originOf } from '../../src/record/origin.ts';
import type { Header, SinkRecord } from '../../src/record/record.ts';
import { readConnection } from '../consumer/support/connection.ts';
import { createLog } from './support/kafka-topic.ts';

const header = (name: string, value: string | Buffer | null): Header => ({
  name,
  value: value === null ? null : Buffer.from(value),
});

function record(offset: number, fields: Partial<SinkRecord> = {}): SinkRecord {
  return {
    ...{ topic: 'source', partition: 0, offset, timestamp: 1_700_000_000_000 + offset },
    ...{ timestampType: 'CREATE_TIME', key: null, value: Buffer.from(`v${offset}`), headers: [] },
    ...fields,
  };
}

function publisherFor(log: { connection: ReturnType<typeof readConnection>; name: string }) {
  const publisher = createPublisher(log.connection, log.name);
  onTestFinished(() => publisher.close());
  return publisher;
}

const all = (count: number) => ({
  acknowledged: Array(count).fill(true),
  refused: new Map(),
  failure: null,
});
const valuesOf = (records: readonly SinkRecord[]) =>
  records.map(({ value }) => String(value ?? ''));

test('says that no broker answered, and acknowledges nothing', async () => {
  const connection = readConnection({ KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' });
  const published = await publisherFor({ connection, name: 'a' }).publish([record(1), record(2)]);
  expect(published).toMatchObject({
    acknowledged: [false, false],
    refused: new Map(),
    failure: { name: 'KafkaError', fault: 'unreachable' },
  });
});

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('what comes back is what was there, byte for byte, and three headers more', async () => {
    const log = await createLog();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const headers = [
      header('é', 'ü'),
      header('every', everyByte),
      header('twice', '1'),
      header('twice', ''),
      header('null', null),
    ];
    const records = [
      record(7, { key: everyByte, value: everyByte, headers }),
      record(8, { key: Buffer.alloc(0), value: Buffer.alloc(0) }),
      record(9, { value: null, partition: 3 }),
    ];
    expect(await publisherFor(log).publish(records)).toEqual(all(3));
    const added = (origin: string) => [
      header('kafka-pg-sink-replays', '1'),
      header('kafka-pg-sink-origin', origin),
      header('kafka-pg-sink-put-back', log.name),
    ];
    const place = (offset: number) => ({ topic: log.name, partition: 0, offset });
    expect(await log.records(0, 2)).toEqual([
      { ...records[0], ...place(0), headers: [...headers, ...added('source-0@7/1700000000007')] },
      { ...records[1], ...place(1), headers: added('source-0@8/1700000000008') },
      { ...records[2], ...place(2), headers: added('source-3@9/1700000000009') },
    ]);
  });

  test('a record that is replayed again keeps its first origin, and its replays are counted', async () => {
    const log = await createLog();
    const publisher = publisherFor(log);
    await publisher.publish([record(7, { headers: [header('trace', 'a')] })]);
    await publisher.publish(await log.records(0, 0));
    const [again] = await log.records(1, 1);
    expect(again && originOf(again)).toBe('source-0@7/1700000000007');
    expect(again?.headers).toEqual([
      header('trace', 'a'),
      header('kafka-pg-sink-replays', '2'),
      header('kafka-pg-sink-origin', 'source-0@7/1700000000007'),
      header('kafka-pg-sink-put-back', log.name),
    ]);
  });

  test('a header of ours that somebody else wrote is replaced by the true one', async () => {
    const log = await createLog();
    const forged = [
      header('kafka-pg-sink-origin', 'other-0@1/2'),
      header('kafka-pg-sink-replays', 'many'),
      header('kafka-pg-sink-put-back', 'elsewhere'),
    ];
    await publisherFor(log).publish([record(7, { headers: forged })]);
    const [found] = await log.records(0, 0);
    expect(found && originOf(found)).toBe('source-0@7/1700000000007');
    expect(found?.headers).toEqual([
      header('kafka-pg-sink-replays', '1'),
      header('kafka-pg-sink-origin', 'source-0@7/1700000000007'),
      header('kafka-pg-sink-put-back', log.name),
    ]);
  });

  test('each timestamp stays, however far they are apart', async () => {
    const log = await createLog();
    const times = [-1, 0, 1_700_000_000_000, -1, 1_600_000_000_000, 1_702_147_483_647, 5];
    const records = times.map((timestamp, offset) => record(offset, { timestamp }));
    expect(await publisherFor(log).publish(records)).toEqual(all(times.length));
    const found = await log.records(0, times.length - 1);
    expect(found.map(({ timestamp }) => timestamp)).toEqual(times);
  });

  test('on its own topic a record stays in its partition', async () => {
    const log = await createLog({ partitions: 3 });
    const records = [2, 0, 1, 2].map((partition, offset) =>
      record(offset, { topic: log.name, partition, key: Buffer.from('k') }),
    );
    expect(await publisherFor(log).publish(records)).toEqual(all(4));
    expect(valuesOf(await log.records(0, 9, 0))).toEqual(['v1']);
    expect(valuesOf(await log.records(0, 9, 1))).toEqual(['v2']);
    expect(valuesOf(await log.records(0, 9, 2))).toEqual(['v0', 'v3']);
  });

  test("on another topic its key decides, as Kafka's own producers have it, else its partition", async () => {
    const log = await createLog({ partitions: 3 });
    // By the default partitioner of Kafka's Java client, murmur2: 21 is -973932308, foobar is -790332482.
    const records = [
      record(0, { key: Buffer.from('21') }),
      record(1, { key: Buffer.from('foobar') }),
      record(2, { partition: 7 }),
    ];
    await publisherFor(log).publish(records);
    const place = (hash: number) => (hash & 0x7fffffff) % 3;
    const found = await Promise.all([0, 1, 2].map((partition) => log.records(0, 9, partition)));
    const where = (value: string) => found.findIndex((one) => valuesOf(one).includes(value));
    expect([where('v0'), where('v1'), where('v2')]).toEqual([
      place(-973932308),
      place(-790332482),
      1,
    ]);
  });

  test('thousands go in their order, each once', async () => {
    const log = await createLog();
    const records = Array.from({ length: 2500 }, (_, offset) => record(offset));
    const publisher = publisherFor(log);
    expect(await publisher.publish(records)).toEqual(all(2500));
    expect(await publisher.publish([])).toEqual(all(0));
    const values = valuesOf(await log.records(0, 9999));
    expect(values).toEqual(records.map(({ offset }) => `v${offset}`));
  });

  test('what Kafka will never take is told by its name, and costs only itself', async () => {
    const log = await createLog({ configs: { 'max.message.bytes': '10000' } });
    const value = Buffer.alloc(20_000);
    const future = Date.now() + 30 * 86_400_000;
    const records = [0, 1, 2, 3, 4, 5, 6].map((offset) => record(offset));
    records[2] = record(2, { value });
    records[5] = record(5, { timestamp: future });
    const { acknowledged, refused, failure } = await publisherFor(log).publish(records);
    expect(acknowledged).toEqual([true, true, false, true, true, false, true]);
    expect(refused).toEqual(
      new Map([
        [2, 'MESSAGE_TOO_LARGE'],
        [5, 'INVALID_TIMESTAMP'],
      ]),
    );
    expect(failure).toBeNull();
    expect(valuesOf(await log.records(0, 9))).toEqual(['v0', 'v1', 'v3', 'v4', 'v6']);
  });

  test('a record without a key is refused by a topic that is compacted', async () => {
    const log = await createLog({ configs: { 'cleanup.policy': 'compact' } });
    const published = await publisherFor(log).publish([
      record(0),
      record(1, { key: Buffer.from('k') }),
    ]);
    expect(published).toMatchObject({ acknowledged: [false, true], failure: null });
    expect(published.refused).toEqual(new Map([[0, 'INVALID_RECORD']]));
  });

  test('says that there is no such topic, and how to name another', async () => {
    const connection = readConnection({ KAFKA_BOOTSTRAP_SERVERS: inject('kafka') ?? '' });
    const publisher = publisherFor({ connection, name: 'no-such' });
    const sentence = 'Kafka has no topic no-such: create it, or name another one with --to-topic.';
    expect((await publisher.check())?.message).toBe(sentence);
    expect((await publisher.publish([record(0)])).failure?.message).toBe(sentence);
  });

  test('a topic can be checked, and nothing is written', async () => {
    const log = await createLog();
    expect(await publisherFor(log).check()).toBeNull();
    expect(await log.read(0, 0)).toEqual(['0-0 not-written-yet']);
  });
});

describe.skipIf(inject('kafka') === null)('over a broker of its own', () => {
  let kafka: LocalKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  });
  afterAll(() => kafka?.stop());

  test('a broker that goes away acknowledges nothing more, and everything when it is back', async () => {
    const log = await createLog({ servers: kafka.bootstrapServers });
    const publisher = publisherFor(log);
    expect(await publisher.publish([record(0)])).toEqual(all(1));
    kafka.kill('SIGKILL');
    const { acknowledged, refused, failure } = await publisher.publish([record(1), record(2)]);
    expect([acknowledged, refused]).toEqual([[false, false], new Map()]);
    expect(failure).toMatchObject({ name: 'KafkaError', fault: 'unreachable' });
    await kafka.restart();
    expect(await publisher.publish([record(1), record(2)])).toEqual(all(2));
    expect(valuesOf(await log.records(0, 9))).toEqual(['v0', 'v1', 'v2']);
  });
});
