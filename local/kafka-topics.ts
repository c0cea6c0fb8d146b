import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createRangeReader } from '../src/kafka/range-reader.ts';
import type { SinkRecord } from '../src/record/record.ts';
import { createTopic, deleteTopic, listEnds, pingKafka } from './kafka-admin.ts';
import { PARTITIONS } from './samples.ts';
import type { Topics } from './topics.ts';

const PRODUCER = fileURLToPath(new URL('./produce.ts', import.meta.url));

/**
 * Creates topics with three partitions each in Kafka.
 */
export async function createKafkaTopics(
  bootstrapServers: readonly string[],
  names: readonly string[],
): Promise<Topics> {
  const servers = bootstrapServers.join(',');
  await pingKafka(servers).catch((cause) => {
    throw new Error(
      `No Kafka broker answered at ${servers}: check KAFKA_BOOTSTRAP_SERVERS and that the broker runs.`,
      { cause },
    );
  });
  const created: string[] = [];
  const remove = async () => {
    for (const name of created.splice(0)) await deleteTopic(servers, name);
  };
  try {
    for (const name of names) {
      await createTopic(servers, name, PARTITIONS);
      created.push(name);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    names,
    bootstrapServers,
    async produce(load, signal, onProgress) {
      // A process of its own, so that the figures are those of the consumer.
      const work = JSON.stringify({ servers, topics: names, ...load });
      const producer = fork(PRODUCER, [work], { signal });
      producer.on('message', (records: number) => onProgress(records));
      const [code] = (await once(producer, 'exit')) as [number | null];
      if (code !== 0) throw new Error('The samples could not be produced; see the message above.');
    },
    source: null,
    async *read() {
      for (const name of names) yield* readTopic(bootstrapServers, name);
    },
    remove,
  };
}

/** Reads a topic from its first record to its last, without a group. */
export async function* readTopic(
  bootstrapServers: readonly string[],
  topic: string,
  partitions = PARTITIONS,
): AsyncIterable<SinkRecord> {
  const ends = await listEnds(bootstrapServers.join(','), topic, partitions);
  const reader = createRangeReader({
    bootstrapServers,
    ...{ connectTimeoutMs: 5000, maxUncompressedBytes: 2 ** 26, tls: false, sasl: null },
  });
  try {
    for (const [partition, end] of ends.entries())
      for await (const found of reader.read(topic, partition, 0n, BigInt(end) - 1n))
        if (found.kind === 'record') yield found.record;
  } finally {
    await reader.close();
  }
}
