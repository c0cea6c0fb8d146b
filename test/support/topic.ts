import { randomBytes } from 'node:crypto';
import { Consumer, Producer } from '@platformatic/kafka';
import { inject, onTestFinished } from 'vitest';
import { createTopic, deleteTopic } from '../../local/kafka.ts';
import { createConsumer, type Consumer as SinkConsumer } from '../../src/consumer/consumer.ts';
import { createKafkaSource } from '../../src/kafka/group-source.ts';
import type { Log } from '../../src/kafka/source.ts';
import type { MemberSettings } from '../../src/settings/consumer.ts';
import { readConsumeSettings } from '../../src/settings/service.ts';
import type { Observer } from '../../src/sink/observer.ts';
import type { Sink } from '../../src/sink/sink.ts';

interface Message {
  readonly key?: Buffer;
  readonly value?: Buffer;
  readonly headers?: Map<Buffer, Buffer>;
  readonly partition?: number;
  /** Milliseconds since 1970. */
  readonly timestamp?: bigint;
}

export interface TestTopic {
  readonly name: string;
  readonly bootstrapServers: string;
  produce(messages: readonly Message[]): Promise<void>;
  /** The offset that its consumers' group, or another one, has committed in each partition, -1 where there is none. */
  committed(groupId?: string): Promise<number[]>;
  /** Deletes it before the test ends. */
  remove(): Promise<void>;
  /** A consumer of this topic, stopped with the test. */
  consumer(sink: Sink, env?: Record<string, string>, observer?: Observer): SinkConsumer;
}

export const RETRY = { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1000, jitter: 0 };
export const SILENT = { warn: () => {} };

export const randomName = () => `test-${randomBytes(6).toString('hex')}`;

/** A topic with three partitions for the running test, in the shared broker or in one of its own. */
export async function createTestTopic(
  servers = inject('kafka') ?? '',
  name = randomName(),
): Promise<TestTopic> {
  await createTopic(servers, name, 3);
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'test',
    bootstrapBrokers: [servers],
  });
  onTestFinished(async () => {
    await producer.close();
    await remove();
  });
  let removed: Promise<void> | undefined;
  const remove = () => {
    removed ??= deleteTopic(servers, name);
    return removed;
  };
  return {
    name,
    bootstrapServers: servers,
    async produce(messages) {
      await producer.send({ messages: messages.map((message) => ({ ...message, topic: name })) });
    },
    remove,
    async committed(groupId = `group-${name}`) {
      const client = new Consumer({ clientId: 'test', groupId, bootstrapBrokers: [servers] });
      try {
        const topics = [{ topic: name, partitions: [0, 1, 2] }];
        const offsets = await client.listCommittedOffsets({ topics });
        return (offsets.get(name) ?? []).map(Number);
      } finally {
        await client.close(true);
      }
    },
    consumer(sink, env = {}, observer = {}) {
      return createTestConsumer(consumerConfig(servers, name, env), [name], sink, observer);
    },
  };
}

/** A consumer of these topics, stopped with the test. */
export function createTestConsumer(
  config: MemberSettings,
  topics: readonly (string | RegExp)[],
  sink: Sink,
  observer: Observer = {},
  log: Log = SILENT,
): SinkConsumer {
  const source = createKafkaSource(config, topics, RETRY, log);
  const consumer = createConsumer(config, { source, sink, log, observer });
  onTestFinished(() => consumer.stop());
  return consumer;
}

/** @param name of the group, which gets `group-` in front */
export function consumerConfig(
  servers: string,
  name: string,
  env: Record<string, string> = {},
): MemberSettings {
  const { consumer } = readConsumeSettings({
    DATABASE_URL: 'postgres://localhost/unused',
    DEAD_LETTER_QUEUE_URL: 'http://localhost/unused/unused',
    KAFKA_BOOTSTRAP_SERVERS: servers,
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    FLUSH_INTERVAL_MS: '100',
    ...env,
  });
  return { ...consumer, groupId: consumer.groupId ?? `group-${name}` };
}
