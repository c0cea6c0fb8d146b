import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createLoopTurns } from '../../src/consumer/loop-turns.ts';
import { at, createGate, drive, partitionOf, position, range, settle } from './support/drive.ts';

test('stop() flushes what waits, in as many batches as it takes, commits, and closes [E4]', async () => {
  const gate = createGate();
  const { produce, consumer, batches, commits, isClosed } = await drive(gate.wait, {
    BATCH_SIZE: '5',
    MAX_BATCH_SIZE: '5',
  });
  produce(range(0, 5));
  await settle();
  produce(range(5, 10));
  const stopped = consumer.stop();
  expect(consumer.stop()).toBe(stopped);
  await settle();
  expect(isClosed()).toBe(false);
  gate.open();
  await stopped;
  expect(batches.map(({ length }) => length)).toEqual([5, 5]);
  expect(commits.at(-1)).toEqual(position(0, 10));
  expect(isClosed()).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('stop() ends in its time though the sink does not, and says what is left [E4]', async () => {
  const gate = createGate();
  const { produce, consumer, commits, isClosed, warnings, closeWith } = await drive(gate.wait, {
    FLUSH_INTERVAL_MS: '1',
    SHUTDOWN_TIMEOUT_MS: '10000',
  });
  const closedAt: number[] = [];
  closeWith(async () => void closedAt.push(performance.now()));
  produce(range(0, 7));
  await vi.advanceTimersByTimeAsync(1);
  const start = performance.now();
  const stopped = consumer.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  await stopped;
  expect(isClosed()).toBe(true);
  expect((closedAt[0] ?? 0) - start).toBe(8000);
  expect(commits).toEqual([]);
  expect(warnings).toEqual([
    'stopped before all was acknowledged, the rest is delivered again {"records":7}',
  ]);
});

test('stop() does not wait for records that are held back, and says how many there are [E4]', async () => {
  const { produce, consumer, commits, warnings, batches } = await drive(
    (records) => records.filter(({ offset }) => offset === 1),
    { FLUSH_INTERVAL_MS: '1' },
  );
  produce(range(0, 3));
  await vi.advanceTimersByTimeAsync(10);
  await consumer.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(batches).toHaveLength(1);
  expect(commits).toEqual([position(0, 1)]);
  expect(warnings.at(-1)).toContain('{"records":1}');
});

test('a consumer is started once', async () => {
  const { consumer } = await drive();
  await expect(consumer.start()).rejects.toThrow('started already');
});

test('the lag is what lies between the acknowledged prefix and the end of each partition', async () => {
  const { produce, consumer, refuse } = await drive(
    (records) => records.filter((one) => one.partition === 0 && one.offset === 2),
    { FLUSH_INTERVAL_MS: '1' },
  );
  produce([...range(0, 5), ...range(0, 4, 1)]);
  await vi.advanceTimersByTimeAsync(10);
  expect(await consumer.lag()).toEqual([
    { ...partitionOf(0), records: 998 },
    { ...partitionOf(1), records: 996 },
    { ...partitionOf(2), records: 1000 },
  ]);
  refuse(new Error('no broker'));
  await expect(consumer.lag()).rejects.toThrow('no broker');
});

test('an observer sees each flush, its records and its seconds', async () => {
  const flushes: [number, number][] = [];
  const { produce } = await drive(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return [];
    },
    { FLUSH_INTERVAL_MS: '1' },
    { onFlush: (batch, seconds) => flushes.push([batch.length, seconds]) },
  );
  produce(range(0, 7));
  await vi.advanceTimersByTimeAsync(300);
  expect(flushes).toEqual([[7, 0.25]]);
});

test('an observer sees how long each turn of the event loop has taken, once a turn', async () => {
  const turns: number[] = [];
  const begin = createLoopTurns({ onTurn: (ms) => turns.push(ms) });
  for (const busyMs of [20, 40]) {
    begin();
    const end = performance.now() + busyMs;
    while (performance.now() < end) begin();
    await nextTurn();
  }
  expect(turns).toHaveLength(2);
  expect(turns[0]).toBeGreaterThanOrEqual(20);
  expect(turns[1]).toBeGreaterThanOrEqual(40);
});

test('the consumer shows where it stands', async () => {
  const gate = createGate();
  const { produce, consumer } = await drive(gate.wait, { BATCH_SIZE: '3' });
  produce(range(0, 3));
  await settle();
  produce([at(3), at(0, 2)]);
  const waiting = consumer.status();
  expect(waiting.waitingBytes).toBeGreaterThan(2);
  expect(waiting).toEqual({
    joined: true,
    trouble: null,
    waiting: 2,
    waitingBytes: waiting.waitingBytes,
    paused: false,
    partitions: [
      { topic: 'notifications', partition: 0, committed: 0, pending: 4 },
      { topic: 'notifications', partition: 1, committed: 0, pending: 0 },
      { topic: 'notifications', partition: 2, committed: 0, pending: 1 },
    ],
  });
  gate.open();
});
