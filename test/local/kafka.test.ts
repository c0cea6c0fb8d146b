import { readdirSync } from 'node:fs';
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { describe, expect, test } from 'vitest';
import { createTopic, deleteTopic, startKafka } from '../../local/kafka.ts';
import { ownTmpdir, rejection, runs } from './helpers.ts';
import { kafkaHere } from './kafka-here.ts';

describe.skipIf(!kafkaHere)('with Java and Maven', () => {
  test('Kafka takes records in a topic of 3 partitions and gives them back, also after SIGKILL and a restart; stop() leaves nothing', async () => {
    const tmp = ownTmpdir();
    const kafka = await startKafka();
    const { bootstrapServers, pid } = kafka;
    try {
      await createTopic(bootstrapServers, 'notifications', 3);
      await produce(bootstrapServers, ['zero', 'one', 'two']);
      expect(await consume(bootstrapServers, 3)).toEqual(['0:zero', '1:one', '2:two']);

      kafka.kill('SIGKILL');
      await kafka.restart();

      expect(kafka.pid).not.toBe(pid);
      expect(kafka.bootstrapServers).toBe(bootstrapServers);
      expect(await consume(bootstrapServers, 3)).toEqual(['0:zero', '1:one', '2:two']);

      const again = createTopic(bootstrapServers, 'notifications', 3);
      expect(await rejection(again)).toMatchObject({
        errors: [{ errors: [{ apiId: 'TOPIC_ALREADY_EXISTS' }] }],
      });
      await deleteTopic(bootstrapServers, 'notifications');
      await createTopic(bootstrapServers, 'notifications', 1);
    } finally {
      await kafka.stop();
    }
    expect(runs(pid)).toBe(false);
    expect(runs(kafka.pid)).toBe(false);
    expect(readdirSync(tmp)).toEqual([]);
    await kafka.stop();
  }, 60_000);

  test('a setting that Kafka refuses fails at once in its own words, and nothing is left', async () => {
    const tmp = ownTmpdir();
    const error = await rejection(startKafka({ settings: { 'log.segment.bytes': 'big' } }));
    expect(error.message).toMatch(
      /^Kafka ended while starting \(exit code 1\): .*log\.segment\.bytes/,
    );
    expect(readdirSync(tmp)).toEqual([]);
  }, 60_000);
});

/** Sends the n-th value to partition n and waits until the broker has it on all its replicas. */
async function produce(bootstrapServers: string, values: string[]): Promise<void> {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [bootstrapServers],
    serializers: stringSerializers,
  });
  const messages = values.map((value, partition) => ({
    topic: 'notifications',
    partition,
    key: 'user',
    value,
  }));
  await producer.send({ messages, acks: -1 });
  await producer.close();
}

/** Reads so many records in a new group; `partition:value`, sorted. */
async function consume(bootstrapServers: string, count: number): Promise<string[]> {
  const consumer = new Consumer({
    clientId: 'test',
    groupId: crypto.randomUUID(),
    bootstrapBrokers: [bootstrapServers],
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: ['notifications'], mode: 'earliest' });
  const found: string[] = [];
  for await (const { partition, value } of stream) {
    found.push(`${partition}:${value}`);
    if (found.length === count) break;
  }
  await consumer.close(true);
  return found.sort();
}
