import { expect, test, vi } from 'vitest';
import { memoryOf } from '../../src/record/record.ts';
import { at, createGate, drive, position, range, settle } from './support/drive.ts';

test('fetching pauses when a full batch waits, and goes on when it is taken [B1]', async () => {
  const gate = createGate();
  const { consumer, produce, unfetched, batches } = await drive(gate.wait, {
    BATCH_SIZE: '5',
    MAX_BATCH_SIZE: '10',
  });
  produce(range(0, 5));
  await settle();
  produce(range(5, 30));
  expect(consumer.status()).toMatchObject({ waiting: 10, paused: true });
  expect(unfetched()).toBe(15);
  gate.open();
  await settle();
  expect(batches.map(({ length }) => length)).toEqual([5, 10, 10, 5]);
  expect(consumer.status()).toMatchObject({ waiting: 0, paused: false });
});

test('no batch is larger than it may be, records that are offered again included [B1]', async () => {
  let broken = true;
  const { produce, batches, commits } = await drive((records) => (broken ? records : []), {
    BATCH_SIZE: '5',
    MAX_BATCH_SIZE: '10',
  });
  for (let from = 0; from < 100; from += 5) {
    produce(range(from, from + 5));
    await vi.advanceTimersByTimeAsync(20);
  }
  broken = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(Math.max(...batches.map(({ length }) => length))).toBe(10);
  expect(commits.at(-1)).toEqual(position(0, 100));
});

test('records that are held back count against the bound: what is in memory is never more than two batches', async () => {
  let broken = true;
  const { consumer, produce, unfetched, commits } = await drive(
    (records) => (broken ? records : []),
    { BATCH_SIZE: '5', MAX_BATCH_SIZE: '10' },
  );
  const pending = () => consumer.status().partitions.reduce((sum, one) => sum + one.pending, 0);
  produce(range(0, 100));
  for (let round = 0; round < 200; round += 1) {
    await vi.advanceTimersByTimeAsync(100);
    expect(pending()).toBeLessThanOrEqual(20);
  }
  expect(consumer.status().paused).toBe(true);
  expect(unfetched()).toBe(80);
  broken = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(commits.at(-1)).toEqual(position(0, 100));
  expect(consumer.status()).toMatchObject({ waiting: 0, waitingBytes: 0, paused: false });
});

test('memory is bounded by bytes too, and half of them start a flush', async () => {
  const large = (offset: number) => at(offset, 0, 'x'.repeat(3000));
  const size = memoryOf(large(0));
  const gate = createGate();
  const { consumer, produce, unfetched, batches } = await drive(gate.wait, {
    MAX_BATCH_BYTES: String(4 * size),
    FLUSH_INTERVAL_MS: '300000',
  });
  produce([large(0)]);
  await settle();
  expect(batches).toEqual([]);
  produce([large(1)]);
  await settle();
  expect(batches.map(({ length }) => length)).toEqual([2]);
  produce(Array.from({ length: 20 }, (_, index) => large(2 + index)));
  expect(consumer.status()).toMatchObject({ waiting: 4, waitingBytes: 4 * size, paused: true });
  expect(unfetched()).toBe(16);
  gate.open();
  await settle();
  expect(batches.map(({ length }) => length)).toEqual([2, 4, 4, 4, 4, 4]);
});

test('a record that is larger than a batch may be is handed over alone, and none overtakes the bound with it', async () => {
  const gate = createGate();
  const { produce, batches } = await drive(gate.wait, { MAX_BATCH_BYTES: '3000' });
  produce([at(0), at(1)]);
  await vi.advanceTimersByTimeAsync(100);
  produce([at(2), at(3, 0, 'x'.repeat(9000)), at(4), at(5)]);
  gate.open();
  await vi.advanceTimersByTimeAsync(1000);
  expect(batches.map((batch) => batch.map(({ offset }) => offset))).toEqual([
    [0, 1],
    [2],
    [3],
    [4, 5],
  ]);
});

test('a small record does not overtake a large one for which a batch has no room', async () => {
  const { group, offsets } = await drive(() => [], { MAX_BATCH_BYTES: '5000' });
  // A fetch brings many at once.
  group().received([at(0, 0, 'x'.repeat(1500)), at(1, 0, 'x'.repeat(4000)), at(2), at(3)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(offsets().flat()).toEqual([0, 1, 2, 3]);
});
