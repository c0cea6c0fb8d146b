import { expect, test, vi } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import { createGate, drive, partitionOf, position, range } from './support/drive.ts';

const QUICK = { FLUSH_INTERVAL_MS: '1' };
const [ONE, OTHER] = ['notifications', 'notifications-1'];

/** Where the records of one topic that a sink was given lie. */
const placesOf = (batches: readonly (readonly SinkRecord[])[], topic: string) =>
  batches
    .flat()
    .filter((record) => record.topic === topic)
    .map(({ partition, offset }) => `${partition}@${offset}`);

/** A consumer that has the partitions with the same numbers in two topics, whose names are alike. */
async function driveTwo(...[fails, settings = QUICK]: Parameters<typeof drive>) {
  const driven = await drive(fails, settings);
  for (const partition of [0, 1]) driven.group().assigned(partitionOf(partition, OTHER), 0, 0);
  return driven;
}

test('the same partition of two topics has two positions', async () => {
  const { produce, commits, consumer } = await driveTwo();
  produce([...range(0, 5), ...range(0, 2, 0, OTHER), ...range(0, 3, 1, OTHER)]);
  await vi.advanceTimersByTimeAsync(10);
  expect(commits).toEqual([position(0, 5), position(0, 2, OTHER), position(1, 3, OTHER)]);
  expect(consumer.status().partitions).toEqual([
    { topic: ONE, partition: 0, committed: 5, pending: 0 },
    { topic: ONE, partition: 1, committed: 0, pending: 0 },
    { topic: ONE, partition: 2, committed: 0, pending: 0 },
    { topic: OTHER, partition: 0, committed: 2, pending: 0 },
    { topic: OTHER, partition: 1, committed: 3, pending: 0 },
  ]);
  expect((await consumer.lag()).map(({ records }) => records)).toEqual([995, 1000, 1000, 998, 997]);
});

test('records of one topic that fail for ever hold back nothing in the same partition of another', async () => {
  const times: number[] = [];
  const { produce, commits, batches } = await driveTwo((records) => {
    const failed = records.filter(({ topic }) => topic === ONE);
    if (failed.length > 0) times.push(performance.now());
    return failed;
  });
  produce(range(0, 3));
  for (let offset = 0; offset < 100; offset += 1) {
    await vi.advanceTimersByTimeAsync(10);
    produce(range(offset, offset + 1, 0, OTHER));
  }
  await vi.advanceTimersByTimeAsync(10);
  expect(times.map((time) => Math.round((time - (times[0] ?? 0)) / 100))).toEqual([0, 1, 3, 7]);
  expect(commits.at(-1)).toEqual(position(0, 100, OTHER));
  expect(commits.filter(({ topic }) => topic === ONE)).toEqual([]);
  expect(placesOf(batches, OTHER)).toHaveLength(100);
});

test('a partition of one topic that is revoked or lost takes none of another topic with it', async () => {
  const gate = createGate();
  const { produce, group, commits, consumer, batches } = await driveTwo(gate.wait);
  produce([...range(0, 3), ...range(0, 3, 0, OTHER), ...range(0, 3, 1, OTHER)]);
  await vi.advanceTimersByTimeAsync(1);
  produce([...range(3, 5), ...range(3, 5, 0, OTHER), ...range(3, 5, 1, OTHER)]);
  const revoked = group().revoked([partitionOf(0)]);
  group().lost([partitionOf(1, OTHER)]);
  gate.open();
  await vi.advanceTimersByTimeAsync(1000);
  await revoked;
  expect(placesOf(batches, ONE)).toEqual(['0@0', '0@1', '0@2']);
  expect(placesOf(batches, OTHER)).toEqual([
    '0@0',
    '0@1',
    '0@2',
    '1@0',
    '1@1',
    '1@2',
    '0@3',
    '0@4',
  ]);
  expect(commits.filter(({ partition }) => partition === 0)).toEqual([
    position(0, 3),
    position(0, 3, OTHER),
    position(0, 5, OTHER),
  ]);
  expect(commits.filter(({ partition }) => partition === 1)).toEqual([]);
  expect(consumer.status().partitions.map(({ topic, partition }) => [topic, partition])).toEqual([
    [ONE, 1],
    [ONE, 2],
    [OTHER, 0],
  ]);
});

test('what is in memory is bounded for all topics together', async () => {
  const { produce, unfetched, consumer } = await driveTwo((records) => records, {
    ...{ BATCH_SIZE: '5', MAX_BATCH_SIZE: '10' },
  });
  produce(
    Array.from({ length: 50 }, (_, at) => [
      ...range(at, at + 1),
      ...range(at, at + 1, 0, OTHER),
    ]).flat(),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  const pending = consumer.status().partitions.map((one) => one.pending);
  expect(pending).toEqual([10, 0, 0, 10, 0]);
  expect(unfetched()).toBe(80);
});
