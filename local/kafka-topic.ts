import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import type { RetryConfig } from '../src/config.ts';
import { createKafkaSource } from '../src/consumer/kafka-source.ts';
import { toRecord } from '../src/consumer/record.ts';
import type { Log } from '../src/consumer/source.ts';
import type { KafkaRecord } from '../src/kafka/event.ts';
import { createTopic, deleteTopic, pingKafka } from './kafka-admin.ts';
import { PARTITIONS } from './samples.ts';
import type { Topic } from './topic.ts';

const PRODUCER = fileURLToPath(new URL('./produce.ts', import.meta.url));

/** Creates a topic with three partitions in Kafka. */
export async function createKafkaTopic(
  bootstrapServers: readonly string[],
  name: string,
  retry: RetryConfig,
  log: Log,
): Promise<Topic> {
  const servers = bootstrapServers.join(',');
  await pingKafka(servers).catch((cause) => {
    throw new Error(
      `No Kafka broker answered at ${servers}: check KAFKA_BOOTSTRAP_SERVERS and that the broker runs.`,
      { cause },
    );
  });
  await createTopic(servers, name, PARTITIONS);
  return {
    name,
    bootstrapServers,
    async produce(samples, run, onProgress) {
      // A process of its own, so that the figures are those of the consumer.
      const producer = fork(PRODUCER, [servers, name, String(samples), String(run)]);
      producer.on('message', (records: number) => onProgress(records));
      const [code] = (await once(producer, 'exit')) as [number | null];
      if (code !== 0) throw new Error('The samples could not be produced; see the message above.');
    },
    source: (config) => createKafkaSource(config, retry, log),
    read: () => readTopic(bootstrapServers, name),
    remove: () => deleteTopic(servers, name),
  };
}

/** Reads a topic from its first record to its last, without a group. */
async function* readTopic(
  bootstrapServers: readonly string[],
  topic: string,
): AsyncIterable<KafkaRecord> {
  const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'notification-sink-reconciliation',
    groupId: `notification-sink-reconciliation-${process.pid}`,
    bootstrapBrokers: [...bootstrapServers],
  });
  try {
    const ends = await consumer.listOffsets({
      topics: [topic],
      timestamp: ListOffsetTimestamps.LATEST,
    });
    const offsets = ends.get(topic) ?? [];
    let left = Number(offsets.reduce((sum, end) => sum + end, 0n));
    if (left === 0) return;
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'manual',
      offsets: offsets.map((_, partition) => ({ topic, partition, offset: 0n })),
      autocommit: false,
    });
    for await (const message of stream) {
      yield toRecord(message);
      left -= 1;
      if (left === 0) break;
    }
  } finally {
    await consumer.close(true);
  }
}
