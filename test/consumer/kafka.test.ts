import { createServer } from 'node:net';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKafka } from '../../local/kafka.ts';
import definition from '../../sink.config.ts';
import { createConsumer } from '../../src/consumer/consumer.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { createKafkaSource } from '../../src/kafka/group-source.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import { notification } from '../support/event.ts';
import { sinkOf } from '../support/fates.ts';
import { createDirectSink } from '../support/sink.ts';
import { consumerConfig, createTestTopic, RETRY, SILENT } from '../support/topic.ts';

const storeAll = sinkOf(() => []);
const value = (content: unknown) => Buffer.from(JSON.stringify(content));
const within = { timeout: 20_000, interval: 20 };

function consumerAt(servers: string) {
  const config = consumerConfig(servers, 'no-such-topic');
  const source = createKafkaSource(config, ['no-such-topic'], RETRY, SILENT);
  return createConsumer(config, { source, sink: storeAll, log: SILENT });
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
    const consumer = topic.consumer(
      sinkOf((records) => {
        for (const { topic, partition } of records) seen.add(`${topic}-${partition}`);
        return [];
      }),
    );
    await consumer.start();
    await topic.produce([0, 1, 2].map((partition) => ({ partition, value: value({}) })));
    const all = new Set([0, 1, 2].map((partition) => `${topic.name}-${partition}`));
    await vi.waitFor(() => expect(seen).toEqual(all), within);
  });

  test('hands over records as they are in the topic [K5]', async () => {
    const topic = await createTestTopic();
    const seen: SinkRecord[] = [];
    const consumer = topic.consumer(
      sinkOf((records) => {
        seen.push(...records);
        return [];
      }),
    );
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
    await vi.waitFor(() => expect(seen).toHaveLength(2), within);
    const shared = {
      topic: topic.name,
      partition: 1,
      timestamp: expect.any(Number),
      timestampType: 'CREATE_TIME',
    };
    const headers = [{ name: 'lang', value: Buffer.from('é') }];
    expect(seen).toEqual([
      { ...shared, offset: 0, key: Buffer.from('k'), value: Buffer.from('{"a":1}'), headers },
      { ...shared, offset: 1, key: null, value: null, headers: [] },
    ]);
    expect(seen[0]?.timestamp).toBeGreaterThanOrEqual(before);
  });

  test('goes on collecting while a batch is under way, and hands over all that came as one [K3] [B1]', async () => {
    const topic = await createTestTopic();
    const sizes: number[] = [];
    const gate = Promise.withResolvers<void>();
    const consumer = topic.consumer(
      sinkOf(async (records) => {
        sizes.push(records.length);
        if (sizes.length === 1) await gate.promise;
        return [];
      }),
    );
    await consumer.start();
    const message = { partition: 0, value: value({}) };
    await topic.produce([message]);
    await vi.waitFor(() => expect(sizes).toEqual([1]), within);
    await topic.produce(Array(900).fill(message));
    await vi.waitFor(() => expect(consumer.status().waiting).toBe(900), within);
    gate.resolve();
    await vi.waitFor(() => expect(sizes).toEqual([1, 900]), within);
  });

  test('commits what is acknowledged, and a later consumer goes on from there', async () => {
    const topic = await createTestTopic();
    const seen: number[] = [];
    const sink = sinkOf((records) => {
      seen.push(...records.map(({ offset }) => offset));
      return [];
    });
    const message = { partition: 0, value: value({}) };
    const first = topic.consumer(sink);
    await topic.produce(Array(10).fill(message));
    await first.start();
    await vi.waitFor(() => expect(seen).toHaveLength(10), within);
    await first.stop();
    expect(await topic.committed()).toEqual([10, 0, 0]);
    await topic.produce(Array(5).fill(message));
    await topic.consumer(sink).start();
    await vi.waitFor(() => expect(seen).toHaveLength(15), within);
    expect(seen.slice(10)).toEqual([10, 11, 12, 13, 14]);
  });

  test('offers a failed record again, and commits nothing behind it until it is acknowledged', async () => {
    const topic = await createTestTopic();
    const tries: number[][] = [];
    let fixed = false;
    const consumer = topic.consumer(
      sinkOf(async (records) => {
        tries.push(records.map(({ offset }) => offset));
        return fixed ? [] : records.filter(({ offset }) => offset === 3);
      }),
    );
    await topic.produce(Array(8).fill({ partition: 0, value: value({}) }));
    await consumer.start();
    await vi.waitFor(() => expect(tries.length).toBeGreaterThan(2), within);
    expect(tries[0]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(tries.slice(1).flat()).toEqual(Array(tries.length - 1).fill(3));
    expect(await topic.committed()).toEqual([3, 0, 0]);
    fixed = true;
    await vi.waitFor(async () => expect(await topic.committed()).toEqual([8, 0, 0]), within);
  });

  test('offers the whole batch again when the sink throws', async () => {
    const topic = await createTestTopic();
    const sizes: number[] = [];
    const consumer = topic.consumer(
      sinkOf(async (records) => {
        sizes.push(records.length);
        if (sizes.length === 1) throw new Error('out of order');
        return [];
      }),
    );
    await topic.produce(Array(20).fill({ partition: 2, value: value({}) }));
    await consumer.start();
    await vi.waitFor(() => expect(sizes).toEqual([20, 20]), within);
  });

  test('flushes what waits when it is stopped, and can be stopped twice', async () => {
    const topic = await createTestTopic();
    const sizes: number[] = [];
    const consumer = topic.consumer(
      sinkOf((records) => {
        sizes.push(records.length);
        return [];
      }),
      { FLUSH_INTERVAL_MS: '300000' },
    );
    await topic.produce(Array(7).fill({ partition: 0, value: value({}) }));
    await consumer.start();
    await vi.waitFor(() => expect(consumer.status().waiting).toBe(7), within);
    await Promise.all([consumer.stop(), consumer.stop()]);
    expect(sizes).toEqual([7]);
    expect(await topic.committed()).toEqual([7, 0, 0]);
  });

  test('goes on by itself after the broker was killed and came back [K4]', async () => {
    const broker = await startKafka();
    onTestFinished(() => broker.stop());
    const topic = await createTestTopic(broker.bootstrapServers);
    const seen = new Set<number>();
    const consumer = topic.consumer(
      sinkOf(async (records) => {
        for (const { offset } of records) seen.add(offset);
        return [];
      }),
    );
    await consumer.start();
    const message = { partition: 0, value: value({}) };
    await topic.produce(Array(10).fill(message));
    await vi.waitFor(() => expect(seen.size).toBe(10), within);
    broker.kill('SIGKILL');
    await broker.restart();
    await topic.produce(Array(10).fill(message));
    await vi.waitFor(() => expect(seen.size).toBe(20), { ...within, timeout: 60_000 });
  }, 120_000);

  test('takes notifications from Kafka through the sink into PostgreSQL and the queue [E1]', async () => {
    const topic = await createTestTopic();
    const sinks = compileSinks({ ...definition, topic: topic.name });
    const { sink, database, queue } = await createDirectSink({}, sinks);
    const consumer = topic.consumer(sink);
    await consumer.start();
    const messages = Array.from({ length: 5000 }, (_, number) => ({
      partition: number % 3,
      value: number % 50 === 0 ? Buffer.from('{not json') : value(notification(number)),
    }));
    for (let at = 0; at < messages.length; at += 1000)
      await topic.produce(messages.slice(at, at + 1000));
    const stored = () => database.query('SELECT count(*)::int FROM notifications');
    await vi.waitFor(async () => expect(await stored()).toEqual([{ count: 4900 }]), within);
    await consumer.stop();
    const deadLetters = await queue.takeDeadLetters();
    expect(new Set(deadLetters.map(({ id }) => id)).size).toBe(100);
    expect(deadLetters.map(({ reason }) => reason)).toEqual(Array(100).fill('invalid_json'));
  });
});
