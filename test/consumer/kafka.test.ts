import { createServer } from 'node:net';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKafka } from '../../local/kafka.ts';
import { type Handler, KafkaNotificationConsumer } from '../../src/consumer/consumer.ts';
import { createKafkaSource } from '../../src/kafka/group-source.ts';
import type { KafkaEvent, KafkaRecord } from '../../src/lambda/event.ts';
import { notification } from '../support/event.ts';
import { createSink } from '../support/sink.ts';
import { consumerConfig, createTestTopic, RETRY, SILENT } from '../support/topic.ts';

const EMPTY = { batchItemFailures: [] };
const value = (content: unknown) => Buffer.from(JSON.stringify(content));
const recordsOf = ({ records }: KafkaEvent): KafkaRecord[] => Object.values(records).flat();
const within = { timeout: 20_000, interval: 20 };

function consumerAt(servers: string) {
  const config = consumerConfig(servers, 'no-such-topic');
  const source = createKafkaSource(config, RETRY, SILENT);
  return new KafkaNotificationConsumer(config, source, async () => EMPTY, SILENT);
}

test('says which broker did not answer when none listens [K1]', async () => {
  const consumer = consumerAt('127.0.0.1:1');
  await expect(consumer.start()).rejects.toMatchObject({
    name: 'KafkaError',
    message: expect.stringMatching(/^No Kafka broker answered at 127\.0\.0\.1:1\b/),
  });
  await consumer.stop();
});

test('says which broker did not answer when it takes the connection and keeps silent [K1]', async () => {
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as { port: number };
  const consumer = consumerAt(`127.0.0.1:${port}`);
  await expect(consumer.start()).rejects.toMatchObject({
    message: expect.stringMatching(`No Kafka broker answered at 127.0.0.1:${port} within 5000 ms`),
  });
  await consumer.stop();
});

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('says so when the topic does not exist [K2]', async () => {
    const consumer = consumerAt(inject('kafka') ?? '');
    await expect(consumer.start()).rejects.toThrow('Kafka has no topic no-such-topic: create it');
    await consumer.stop();
  });

  test('subscribes to the topic and receives from each of its three partitions [K2]', async () => {
    const topic = await createTestTopic();
    const seen = new Set<string>();
    const consumer = topic.consumer(async (event) => {
      for (const key of Object.keys(event.records)) seen.add(key);
      return EMPTY;
    });
    await consumer.start();
    await topic.produce([0, 1, 2].map((partition) => ({ partition, value: value({}) })));
    const all = new Set([0, 1, 2].map((partition) => `${topic.name}-${partition}`));
    await vi.waitFor(() => expect(seen).toEqual(all), within);
  });

  test('hands over records exactly as Lambda does, signed header bytes included [K5]', async () => {
    const topic = await createTestTopic();
    const events: KafkaEvent[] = [];
    const consumer = topic.consumer(async (event) => {
      events.push(event);
      return EMPTY;
    });
    const before = Date.now();
    await topic.produce([
      {
        partition: 1,
        key: Buffer.from('k'),
        value: Buffer.from('{"a":1}'),
        headers: new Map([[Buffer.from('lang'), Buffer.from('é')]]),
      },
      { partition: 1 },
    ]);
    await consumer.start();
    await vi.waitFor(() => expect(events.flatMap(recordsOf)).toHaveLength(2), within);
    const { name } = topic;
    const shared = {
      topic: name,
      partition: 1,
      timestamp: expect.any(Number),
      timestampType: 'CREATE_TIME',
    };
    const lang = [{ lang: [-61, -87] }];
    expect(events[0]).toEqual({
      eventSource: 'SelfManagedKafka',
      bootstrapServers: topic.bootstrapServers,
      records: {
        [`${name}-1`]: [
          { ...shared, offset: 0, key: 'aw==', value: 'eyJhIjoxfQ==', headers: lang },
          { ...shared, offset: 1, key: null, value: null, headers: [] },
        ],
      },
    });
    const [first] = events.flatMap(recordsOf);
    expect(first?.timestamp).toBeGreaterThanOrEqual(before);
  });

  test('goes on collecting while a batch is under way, and hands over all that came as one [K3] [B1]', async () => {
    const topic = await createTestTopic();
    const sizes: number[] = [];
    const gate = Promise.withResolvers<void>();
    const consumer = topic.consumer(async (event) => {
      sizes.push(recordsOf(event).length);
      if (sizes.length === 1) await gate.promise;
      return EMPTY;
    });
    await consumer.start();
    const message = { partition: 0, value: value({}) };
    await topic.produce([message]);
    await vi.waitFor(() => expect(sizes).toEqual([1]), within);
    await topic.produce(Array(3000).fill(message));
    await vi.waitFor(() => expect(consumer.waiting).toBe(3000), within);
    gate.resolve();
    await vi.waitFor(() => expect(sizes).toEqual([1, 3000]), within);
  });

  test('commits what is settled, and a later consumer goes on from there', async () => {
    const topic = await createTestTopic();
    const seen: number[] = [];
    const handler: Handler = async (event) => {
      seen.push(...recordsOf(event).map(({ offset }) => offset));
      return EMPTY;
    };
    const message = { partition: 0, value: value({}) };
    const first = topic.consumer(handler);
    await topic.produce(Array(10).fill(message));
    await first.start();
    await vi.waitFor(() => expect(seen).toHaveLength(10), within);
    await first.stop();
    expect(await topic.committed()).toEqual([10, 0, 0]);
    await topic.produce(Array(5).fill(message));
    await topic.consumer(handler).start();
    await vi.waitFor(() => expect(seen).toHaveLength(15), within);
    expect(seen.slice(10)).toEqual([10, 11, 12, 13, 14]);
  });

  test('offers a failed record again, and commits nothing behind it until it is settled', async () => {
    const topic = await createTestTopic();
    const tries: number[][] = [];
    let mended = false;
    const consumer = topic.consumer(async (event) => {
      const offsets = recordsOf(event).map(({ offset }) => offset);
      tries.push(offsets);
      const failed = mended ? [] : offsets.filter((offset) => offset === 3);
      const partition = `${topic.name}-0`;
      return {
        batchItemFailures: failed.map((offset) => ({ itemIdentifier: { partition, offset } })),
      };
    });
    await topic.produce(Array(8).fill({ partition: 0, value: value({}) }));
    await consumer.start();
    await vi.waitFor(() => expect(tries.length).toBeGreaterThan(2), within);
    expect(tries[0]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(tries.slice(1).flat()).toEqual(Array(tries.length - 1).fill(3));
    expect(await topic.committed()).toEqual([3, 0, 0]);
    mended = true;
    await vi.waitFor(async () => expect(await topic.committed()).toEqual([8, 0, 0]), within);
  });

  test('offers the whole batch again when the handler throws', async () => {
    const topic = await createTestTopic();
    const sizes: number[] = [];
    const consumer = topic.consumer(async (event) => {
      sizes.push(recordsOf(event).length);
      if (sizes.length === 1) throw new Error('out of order');
      return EMPTY;
    });
    await topic.produce(Array(20).fill({ partition: 2, value: value({}) }));
    await consumer.start();
    await vi.waitFor(() => expect(sizes).toEqual([20, 20]), within);
  });

  test('flushes what waits when it is stopped, and can be stopped twice', async () => {
    const topic = await createTestTopic();
    const sizes: number[] = [];
    const consumer = topic.consumer(
      async (event) => {
        sizes.push(recordsOf(event).length);
        return EMPTY;
      },
      { FLUSH_INTERVAL_MS: '300000' },
    );
    await topic.produce(Array(7).fill({ partition: 0, value: value({}) }));
    await consumer.start();
    await vi.waitFor(() => expect(consumer.waiting).toBe(7), within);
    await Promise.all([consumer.stop(), consumer.stop()]);
    expect(sizes).toEqual([7]);
    expect(await topic.committed()).toEqual([7, 0, 0]);
  });

  test('goes on by itself after the broker was killed and came back [K4]', async () => {
    const broker = await startKafka();
    onTestFinished(() => broker.stop());
    const topic = await createTestTopic(broker.bootstrapServers);
    const seen = new Set<number>();
    const consumer = topic.consumer(async (event) => {
      for (const { offset } of recordsOf(event)) seen.add(offset);
      return EMPTY;
    });
    await consumer.start();
    const message = { partition: 0, value: value({}) };
    await topic.produce(Array(10).fill(message));
    await vi.waitFor(() => expect(seen.size).toBe(10), within);
    broker.kill('SIGKILL');
    await broker.restart();
    await topic.produce(Array(10).fill(message));
    await vi.waitFor(() => expect(seen.size).toBe(20), { ...within, timeout: 60_000 });
  }, 120_000);

  test('takes notifications from Kafka through the handler into PostgreSQL and the queue [E1]', async () => {
    const topic = await createTestTopic();
    const sink = await createSink();
    const consumer = topic.consumer((event) => sink.handle(event));
    await consumer.start();
    const messages = Array.from({ length: 5000 }, (_, number) => ({
      partition: number % 3,
      value: number % 50 === 0 ? Buffer.from('{not json') : value(notification(number)),
    }));
    for (let at = 0; at < messages.length; at += 1000)
      await topic.produce(messages.slice(at, at + 1000));
    const stored = () => sink.database.query('SELECT count(*)::int FROM notifications');
    await vi.waitFor(async () => expect(await stored()).toEqual([{ count: 4900 }]), within);
    await consumer.stop();
    const letters = await sink.queue.takeLetters();
    expect(new Set(letters.map(({ id }) => id)).size).toBe(100);
    expect(letters.map(({ reason }) => reason)).toEqual(Array(100).fill('invalid_json'));
  });
});
