import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { Consumer } from '../../src/consumer/consumer.ts';
import { matchesPattern } from '../../src/kafka/find-topics.ts';
import { partitionName } from '../../src/record/partition.ts';
import { createGate } from '../consumer/support/drive.ts';
import { sinkOf } from '../support/fates.ts';
import {
  consumerConfig,
  createTestConsumer,
  createTestTopic,
  randomName,
  type TestTopic,
} from '../support/topic.ts';

const servers = inject('kafka') ?? '';
const within = { timeout: 30_000, interval: 20 };
const LATEST = { KAFKA_AUTO_OFFSET_RESET: 'latest' };
const CHECK_MS = 10_000;

/** The clock of the regular look-up alone is the test's. */
function takeClock(): { check(): Promise<unknown> } {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  return { check: () => vi.advanceTimersByTimeAsync(CHECK_MS) };
}

/** A consumer of these topics in a group of this name, and what its sink was given. */
function take(
  group: string,
  topics: readonly (string | RegExp)[],
  env: Record<string, string> = {},
) {
  const seen: string[] = [];
  const warnings: string[] = [];
  const sink = sinkOf((records) => {
    seen.push(...records.map((record) => `${partitionName(record)}@${record.offset}`));
    return [];
  });
  const log = {
    warn: (message: string, fields: object) =>
      void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const config = consumerConfig(servers, group, env);
  return { consumer: createTestConsumer(config, topics, sink, {}, log), seen, warnings };
}

const fill = (topic: TestTopic, count: number, partitions = [0, 1, 2]) =>
  topic.produce(
    partitions.flatMap((partition) => Array(count).fill({ partition, value: Buffer.from('{}') })),
  );

const placesIn = (topic: TestTopic, count: number, first = 0) =>
  [0, 1, 2].flatMap((partition) =>
    Array.from({ length: count }, (_, at) => `${topic.name}-${partition}@${first + at}`),
  );

const topicsOf = (consumer: Consumer) => [
  ...new Set(consumer.status().partitions.map(({ topic }) => topic)),
];
const untilHas = (consumer: Consumer, partitions: number) =>
  vi.waitFor(() => expect(consumer.status().partitions).toHaveLength(partitions), within);
const untilSeen = (seen: readonly string[], places: readonly string[]) =>
  vi.waitFor(() => expect(seen.toSorted()).toEqual(places.toSorted()), within);

test('a pattern takes whole names, and no internal topic', () => {
  expect(matchesPattern(/^(?:orders-.*)$/, 'orders-eu')).toBe(true);
  expect(matchesPattern(/^(?:orders-.*)$/, 'old-orders-eu')).toBe(false);
  for (const name of ['__consumer_offsets', '__transaction_state', '__amazon_msk_canary'])
    expect(matchesPattern(/^(?:.*)$/, name)).toBe(false);
  expect(matchesPattern('orders', 'orders')).toBe(false);
});

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('one member takes the records of two topics with names that are alike, and commits each in its own', async () => {
    const name = randomName();
    const one = await createTestTopic(servers, name);
    const other = await createTestTopic(servers, `${name}-1`);
    await fill(one, 10);
    await fill(other, 4);
    const { consumer, seen } = take(name, [one.name, other.name]);
    await consumer.start();
    await untilSeen(seen, [...placesIn(one, 10), ...placesIn(other, 4)]);
    const group = `group-${name}`;
    await vi.waitFor(async () => expect(await one.committed(group)).toEqual([10, 10, 10]), within);
    await vi.waitFor(async () => expect(await other.committed(group)).toEqual([4, 4, 4]), within);
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [servers] });
    onTestFinished(() => admin.close());
    const groups = await admin.describeGroups({ groups: [group] });
    expect(groups.get(group)?.members.size).toBe(1);
    const lag = [one, other].flatMap(({ name: topic }) =>
      [0, 1, 2].map((partition) => ({ topic, partition, records: 0 })),
    );
    expect(await consumer.lag()).toEqual(lag);
    await consumer.stop();
    await fill(one, 1);
    await fill(other, 2);
    const later = take(name, [one.name, other.name]);
    await later.consumer.start();
    await untilSeen(later.seen, [...placesIn(one, 1, 10), ...placesIn(other, 2, 4)]);
  });

  test('of several topics, the one that does not exist is named', async () => {
    const topic = await createTestTopic();
    const { consumer } = take(topic.name, [topic.name, `${topic.name}-missing`]);
    await expect(consumer.start()).rejects.toMatchObject({
      name: 'KafkaError',
      message: `Kafka has no topic ${topic.name}-missing: create it, or name another topic in the definition.`,
    });
    await consumer.stop();
  });

  test('a pattern without a topic waits and says so once; a topic that appears is read from its first record on', async () => {
    const { check } = takeClock();
    const name = randomName();
    const pattern = new RegExp(`^(?:${name}-.*)$`);
    const { consumer, seen, warnings } = take(name, [pattern], LATEST);
    await consumer.start();
    await check();
    expect(topicsOf(consumer)).toEqual([]);
    expect(warnings).toEqual([
      `no topic matches the pattern yet ${JSON.stringify({ pattern: String(pattern) })}`,
    ]);
    const topic = await createTestTopic(servers, `${name}-eu`);
    await fill(topic, 5);
    await check();
    await untilSeen(seen, placesIn(topic, 5));
    // No other topic of the broker.
    expect(topicsOf(consumer)).toEqual([topic.name]);
    expect(warnings).toHaveLength(1);
  });

  test('a new group begins at the end of all topics that its pattern matches; one that was created while the group was away is read from its first record on', async () => {
    const name = randomName();
    const [one, other] = [
      await createTestTopic(servers, `${name}-1`),
      await createTestTopic(servers, `${name}-2`),
    ];
    const pattern = new RegExp(`^(?:${name}-\\d)$`);
    await fill(one, 5);
    await fill(other, 5);
    const before = take(name, [pattern], LATEST);
    await before.consumer.start();
    await untilHas(before.consumer, 6);
    await fill(one, 1);
    await untilSeen(before.seen, placesIn(one, 1, 5));
    await before.consumer.stop();
    const added = await createTestTopic(servers, `${name}-3`);
    await fill(added, 5);
    await fill(other, 1);
    const after = take(name, [pattern], LATEST);
    await after.consumer.start();
    await untilSeen(after.seen, [...placesIn(added, 5), ...placesIn(other, 1, 5)]);
  });

  test('a topic that is named to a group later begins where the settings say', async () => {
    const [one, other] = [await createTestTopic(), await createTestTopic()];
    await fill(other, 5);
    const before = take(one.name, [one.name], LATEST);
    await before.consumer.start();
    await untilHas(before.consumer, 3);
    await vi.waitFor(async () => expect(await one.committed()).toEqual([0, 0, 0]), within);
    await before.consumer.stop();
    const after = take(one.name, [one.name, other.name], LATEST);
    await after.consumer.start();
    await untilHas(after.consumer, 6);
    await fill(other, 1);
    await untilSeen(after.seen, placesIn(other, 1, 5));
  });

  test('a topic that is deleted leaves the others alone, and is taken again when it is back', async () => {
    const { check } = takeClock();
    const name = randomName();
    const one = await createTestTopic(servers, `${name}-1`);
    const other = await createTestTopic(servers, `${name}-2`);
    const { consumer, seen, warnings } = take(name, [one.name, new RegExp(`^(?:${name}-2)$`)]);
    await fill(one, 2);
    await fill(other, 2);
    await consumer.start();
    await untilSeen(seen, [...placesIn(one, 2), ...placesIn(other, 2)]);
    seen.length = 0;
    await other.remove();
    await fill(one, 3);
    await untilSeen(seen, placesIn(one, 3, 2));
    await vi.waitFor(async () => {
      await check();
      expect(topicsOf(consumer)).toEqual([one.name]);
    }, within);
    await vi.waitFor(
      async () => expect(await one.committed(`group-${name}`)).toEqual([5, 5, 5]),
      within,
    );
    const fields = { topic: other.name, error: 'UNKNOWN_TOPIC_OR_PARTITION' };
    expect(warnings).toEqual([`the topic does not exist any more ${JSON.stringify(fields)}`]);
    seen.length = 0;
    const again = await createTestTopic(servers, other.name);
    await fill(again, 4);
    await check();
    await untilSeen(seen, placesIn(again, 4));
    expect(consumer.status().joined).toBe(true);
  });

  test('a member that fetches nothing at the moment stays in its group when a topic is deleted', async () => {
    const { check } = takeClock();
    const [one, other] = [await createTestTopic(), await createTestTopic()];
    const gate = createGate();
    const env = { BATCH_SIZE: '1', MAX_BATCH_SIZE: '1', KAFKA_SESSION_TIMEOUT_MS: '6000' };
    const config = consumerConfig(servers, one.name, env);
    const consumer = createTestConsumer(config, [one.name, other.name], sinkOf(gate.wait));
    await fill(one, 1);
    await fill(other, 1);
    await consumer.start();
    await vi.waitFor(() => expect(consumer.status().paused).toBe(true), within);
    await other.remove();
    // Its heartbeats have asked for the topic meanwhile.
    await sleep(8000);
    await check();
    await vi.waitFor(() => expect(topicsOf(consumer)).toEqual([one.name]), within);
    await sleep(12_000);
    expect(consumer.status().joined).toBe(true);
    gate.open();
    await vi.waitFor(async () => expect(await one.committed()).toEqual([1, 1, 1]), within);
  }, 60_000);

  test('members with different topics share what both have, and each has the rest to itself', async () => {
    const topics = [await createTestTopic(), await createTestTopic(), await createTestTopic()];
    const [a, b, c] = topics as [TestTopic, TestTopic, TestTopic];
    // The first to join assigns the partitions, those of a topic that it does not take itself too.
    const old = take(a.name, [a.name, b.name]);
    await old.consumer.start();
    await untilHas(old.consumer, 6);
    const young = take(a.name, [b.name, c.name]);
    await young.consumer.start();
    for (const topic of topics) await fill(topic, 10);
    const all = topics.flatMap((topic) => placesIn(topic, 10));
    await vi.waitFor(
      () => expect(new Set([...old.seen, ...young.seen])).toEqual(new Set(all)),
      within,
    );
    expect(old.seen.filter((place) => place.startsWith(c.name))).toEqual([]);
    expect(young.seen.filter((place) => place.startsWith(a.name))).toEqual([]);
    await vi.waitFor(() => {
      const has = [old, young].map(({ consumer }) => consumer.status().partitions.length);
      expect(has.toSorted()).toEqual([4, 5]);
    }, within);
    // Nobody is left who takes the topic that only the first has.
    await old.consumer.stop();
    await untilHas(young.consumer, 6);
    expect(topicsOf(young.consumer).toSorted()).toEqual([b.name, c.name].toSorted());
  });

  test('a partition of a topic goes over to a member that takes more topics, and no record is handed over twice', async () => {
    const [one, other] = [await createTestTopic(), await createTestTopic()];
    const old = take(one.name, [one.name]);
    await fill(one, 10);
    await fill(other, 10);
    await old.consumer.start();
    await untilSeen(old.seen, placesIn(one, 10));
    await vi.waitFor(async () => expect(await one.committed()).toEqual([10, 10, 10]), within);
    const young = take(one.name, [one.name, other.name]);
    await young.consumer.start();
    await untilHas(young.consumer, 3);
    await old.consumer.stop();
    await untilHas(young.consumer, 6);
    await fill(one, 5);
    await vi.waitFor(() => expect(young.seen).toHaveLength(45), within);
    await untilSeen(young.seen, [...placesIn(other, 10), ...placesIn(one, 5, 10)]);
    const group = `group-${one.name}`;
    await vi.waitFor(async () => {
      expect(await one.committed(group)).toEqual([15, 15, 15]);
      expect(await other.committed(group)).toEqual([10, 10, 10]);
    }, within);
  });
});
