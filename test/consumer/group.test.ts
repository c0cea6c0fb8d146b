import { expect, test, vi } from 'vitest';
import { at, createGate, drive, partitionOf, position, range, settle } from './support/drive.ts';

const QUICK = { FLUSH_INTERVAL_MS: '1' };

test('a partition that is revoked goes when the batch under way has its fates and is committed, and what waits is left to others', async () => {
  const gate = createGate();
  const { group, produce, offsets, commits, consumer } = await drive(gate.wait, QUICK);
  produce([...range(0, 3), ...range(0, 3, 1)]);
  await vi.advanceTimersByTimeAsync(1);
  produce([...range(3, 6), ...range(3, 6, 1)]);
  let gone = false;
  const revoked = group()
    .revoked([partitionOf(0)])
    .then(() => {
      gone = true;
    });
  await vi.advanceTimersByTimeAsync(1000);
  expect(gone).toBe(false);
  gate.open();
  await revoked;
  await vi.advanceTimersByTimeAsync(1000);
  expect(offsets(0).flat()).toEqual([0, 1, 2]);
  expect(offsets(1).flat()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(commits).toContainEqual(position(0, 3));
  expect(commits.at(-1)).toEqual(position(1, 6));
  expect(consumer.status().partitions.map(({ partition }) => partition)).toEqual([1, 2]);
});

test('a batch that takes too long holds a rebalance up for a third of the session only, and then acknowledges nothing', async () => {
  const gate = createGate();
  const { group, produce, commits } = await drive(gate.wait, {
    ...QUICK,
    KAFKA_SESSION_TIMEOUT_MS: '9000',
  });
  produce(range(0, 3));
  await vi.advanceTimersByTimeAsync(1);
  const start = performance.now();
  const revoked = group()
    .revoked([partitionOf(0)])
    .then(() => performance.now() - start);
  await vi.advanceTimersByTimeAsync(9000);
  expect(await revoked).toBe(3000);
  gate.open();
  await settle();
  expect(commits).toEqual([]);
});

test('a partition that is lost is forgotten at once: waiting, held back and under way', async () => {
  const gate = createGate();
  let calls = 0;
  const { group, produce, batches, commits, consumer } = await drive(async (records) => {
    calls += 1;
    if (calls === 1) return records.filter(({ partition }) => partition === 0);
    return gate.wait();
  }, QUICK);
  produce(range(0, 2));
  await vi.advanceTimersByTimeAsync(1);
  produce([at(2), at(0, 1)]);
  await vi.advanceTimersByTimeAsync(1);
  produce([at(3), at(1, 1)]);
  group().lost([partitionOf(0)]);
  gate.open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(commits.filter(({ partition }) => partition === 0)).toEqual([]);
  expect(commits.at(-1)).toEqual(position(1, 2));
  expect(batches.flat().filter(({ partition }) => partition === 0)).toHaveLength(3);
  expect(consumer.status().partitions).toEqual([
    { topic: 'notifications', partition: 1, committed: 2, pending: 0 },
    { topic: 'notifications', partition: 2, committed: 0, pending: 0 },
  ]);
});

test('what a batch acknowledges of an earlier assignment counts for nothing in the present one', async () => {
  const gate = createGate();
  let calls = 0;
  const { group, produce, offsets, commits } = await drive(async () => {
    calls += 1;
    return calls === 1 ? gate.wait() : [];
  }, QUICK);
  produce(range(0, 3));
  await vi.advanceTimersByTimeAsync(1);
  group().lost([partitionOf(0)]);
  group().assigned(partitionOf(0), 0, null);
  produce(range(0, 2));
  gate.open();
  await settle();
  // The first three are acknowledged, but not by who holds the partition now.
  expect(commits.filter(({ offset }) => offset > 0)).toEqual([]);
  await vi.advanceTimersByTimeAsync(10);
  expect(offsets()).toEqual([
    [0, 1, 2],
    [0, 1],
  ]);
  expect(commits.at(-1)).toEqual(position(0, 2));
});

test('a group that has committed nothing commits where it begins, so that a crash before the first record skips none', async () => {
  const { group, commits, consumer } = await drive();
  group().assigned(partitionOf(1), 70, null);
  expect(consumer.status().partitions[1]).toEqual({
    topic: 'notifications',
    partition: 1,
    committed: null,
    pending: 0,
  });
  group().joined();
  await settle();
  expect(commits).toEqual([position(1, 70)]);
});

test('a commit that the group refuses is not fatal, and is made up for when the group is joined', async () => {
  const { group, produce, commits, refuse } = await drive(undefined, QUICK);
  refuse(new RangeError('of an old generation'));
  produce(range(0, 3));
  await vi.advanceTimersByTimeAsync(10);
  expect(commits).toEqual([]);
  refuse(undefined);
  group().joined();
  await settle();
  expect(commits).toEqual([position(0, 3)]);
});

test('a commit that failed is made up for by itself, though no record comes and the group is not joined again', async () => {
  const { produce, commits, refuse } = await drive(undefined, QUICK);
  refuse(new RangeError('not for this user'));
  produce(range(0, 3));
  await vi.advanceTimersByTimeAsync(10);
  refuse(undefined);
  await vi.advanceTimersByTimeAsync(5000);
  expect(commits).toEqual([position(0, 3)]);
});

test('a partition that goes back behind what is committed begins again, and each of its records is handled', async () => {
  const { produce, offsets, commits } = await drive(undefined, QUICK);
  produce(range(0, 5));
  await vi.advanceTimersByTimeAsync(10);
  produce(range(2, 8));
  await vi.advanceTimersByTimeAsync(10);
  expect(offsets()).toEqual([
    [0, 1, 2, 3, 4],
    [2, 3, 4, 5, 6, 7],
  ]);
  expect(commits.at(-1)).toEqual(position(0, 8));
});
