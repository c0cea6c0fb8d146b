import { Producer } from '@platformatic/kafka';
import { afterAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import definition from '../../sink.config.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { boundDecompression } from '../../src/kafka/decompression.ts';
import { createRangeReader } from '../../src/kafka/range-reader.ts';
import { readConnection } from '../consumer/support/connection.ts';
import { notification } from '../support/event.ts';
import { createDirectSink } from '../support/sink.ts';
import { createTestTopic } from '../support/topic.ts';

const MB = 1_000_000;
const MAX = '2000000';
const within = { timeout: 40_000, interval: 50 };

afterAll(() => boundDecompression(2 ** 26));

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test.each(['zstd', 'gzip', 'lz4', 'snappy'] as const)(
    'a batch of %s that expands to 20 MB goes to the queue unread, and all records around it are stored (P3)',
    async (compression) => {
      const topic = await createTestTopic();
      const bootstrapBrokers = [topic.bootstrapServers];
      const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
        clientId: 'test',
        bootstrapBrokers,
      });
      onTestFinished(() => producer.close());
      const sound = (first: number, count: number) =>
        Array.from({ length: count }, (_, n) => ({
          topic: topic.name,
          partition: (first + n) % 3,
          value: Buffer.from(JSON.stringify(notification(first + n))),
        }));
      const bomb = { topic: topic.name, partition: 1, value: Buffer.alloc(2 * MB, 'x') };
      await producer.send({ messages: sound(0, 1002), compression });
      await producer.send({ messages: Array(10).fill(bomb), compression });
      await producer.send({ messages: sound(1002, 1002), compression });
      const { sink, database, queue } = await createDirectSink(
        {},
        compileSinks({ ...definition, topic: topic.name }),
      );
      const consumer = topic.consumer(sink, { KAFKA_MAX_UNCOMPRESSED_BYTES: MAX });
      await consumer.start();
      await vi.waitFor(
        async () => expect(await topic.committed()).toEqual([668, 678, 668]),
        within,
      );
      expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
        { count: 2004 },
      ]);
      expect(await queue.takeDeadLetters()).toMatchObject([
        {
          id: `${topic.name}-1@334`,
          reason: 'malformed_record',
          message: expect.stringMatching(
            /^the batch of the offsets 334 to 343 expands to more than 2000000 bytes \(KAFKA_MAX_UNCOMPRESSED_BYTES\): none of its records \(10\) is stored/,
          ),
          record: { topic: topic.name, partition: 1, offset: 334, value: null },
          valueOmitted: true,
        },
      ]);
      const reader = createRangeReader(
        readConnection({
          KAFKA_BOOTSTRAP_SERVERS: topic.bootstrapServers,
          KAFKA_MAX_UNCOMPRESSED_BYTES: MAX,
        }),
      );
      onTestFinished(() => reader.close());
      const reading = reader.read(topic.name, 1, 334n, 334n)[Symbol.asyncIterator]().next();
      await expect(reading).rejects.toMatchObject({
        name: 'KafkaError',
        message: expect.stringContaining(
          'the batch of the offsets 334 to 343 expands to more than',
        ),
      });
    },
  );
});
