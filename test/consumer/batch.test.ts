import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Batch } from '../../src/consumer/batch.ts';
import { sinkRecord as record, sinkRecords as records } from '../support/records.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A batch that tells whether it is due, as it is configured by default. */
function createBatch(size = 100, maxAgeMs = 5000) {
  const batch = new Batch({
    batchSize: size,
    flushIntervalMs: maxAgeMs,
    maxBatchSize: 10_000,
    maxBatchBytes: 16 * 1024 * 1024,
  });
  const seen = { due: false };
  batch.due.then(() => {
    seen.due = true;
  });
  return {
    batch,
    add: (count: number) => {
      for (const one of records(count, batch.records.length)) batch.add(one);
    },
    /** Whether it is due when so much time has passed. */
    dueAfter: async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      return seen.due;
    },
  };
}

test('a batch begins empty and not due, however long it waits [B1]', async () => {
  const { batch, dueAfter } = createBatch();
  expect(batch.records).toEqual([]);
  expect(await dueAfter(60_000)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('a batch keeps its records in the order of their arrival [B1]', () => {
  const { batch } = createBatch();
  const list = [record('b', { offset: 1 }), record('a', { offset: 0 }), record('b', { offset: 1 })];
  for (const one of list) batch.add(one);
  expect(batch.records).toEqual(list);
});

test('a batch is due when it holds 100 records, not before [B1]', async () => {
  const { add, dueAfter } = createBatch();
  add(99);
  expect(await dueAfter(0)).toBe(false);
  add(1);
  expect(await dueAfter(0)).toBe(true);
});

test.each([1, 2, 7, 1000])(
  'a batch is due when it holds %i records, as it is configured [B1]',
  async (size) => {
    const { add, dueAfter } = createBatch(size);
    add(size - 1);
    expect(await dueAfter(0)).toBe(false);
    add(1);
    expect(await dueAfter(0)).toBe(true);
  },
);

test('a batch is due when its oldest record is 5 s old, not before [B2]', async () => {
  const { add, dueAfter } = createBatch();
  await vi.advanceTimersByTimeAsync(60_000);
  add(1);
  expect(await dueAfter(4999)).toBe(false);
  expect(await dueAfter(1)).toBe(true);
});

test('with an age of 0 it is due at once, with all that has come with the first record', async () => {
  const { batch, add, dueAfter } = createBatch(100, 0);
  let taken = 0;
  void batch.due.then(() => {
    taken = batch.records.length;
  });
  add(7);
  expect(await dueAfter(0)).toBe(true);
  expect(taken).toBe(7);
  expect(vi.getTimerCount()).toBe(0);
});

test('later records do not put it off: the oldest decides [B2]', async () => {
  const { add, dueAfter } = createBatch();
  for (let second = 0; second < 5; second += 1) {
    add(1);
    expect(await dueAfter(999)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(await dueAfter(0)).toBe(true);
});

test.each([1, 250, 60_000])(
  'a batch is due when its oldest record is %i ms old, as it is configured [B2]',
  async (ms) => {
    const { add, dueAfter } = createBatch(100, ms);
    add(1);
    expect(await dueAfter(ms - 1)).toBe(false);
    expect(await dueAfter(1)).toBe(true);
  },
);

test('a batch that is due grows until it is taken [B1]', async () => {
  const { batch, add, dueAfter } = createBatch();
  add(100);
  expect(await dueAfter(0)).toBe(true);
  add(50);
  expect(batch.records).toEqual(records(150));
  expect(await dueAfter(0)).toBe(true);
});

test.each([0, 1])('flush() makes a batch of %i records due at once [B1]', async (count) => {
  const { batch, add, dueAfter } = createBatch();
  add(count);
  batch.flush();
  batch.flush();
  expect(await dueAfter(0)).toBe(true);
  expect(batch.records).toHaveLength(count);
});

test('no timer is left once a batch is due, so that the process can end [E4]', async () => {
  const full = createBatch(2);
  full.add(1);
  expect(vi.getTimerCount()).toBe(1);
  full.add(2);
  const flushed = createBatch();
  flushed.add(1);
  flushed.batch.flush();
  flushed.add(1);
  expect(vi.getTimerCount()).toBe(0);
  const aged = createBatch();
  aged.add(1);
  expect(await aged.dueAfter(5000)).toBe(true);
  aged.add(1);
  expect(vi.getTimerCount()).toBe(0);
});

/** Lines between the one that begins so and the one that closes it, without blank ones and comments. */
function codeLines(file: string, first: string, last: string): string[] {
  const lines = readFileSync(new URL(`../../src/consumer/${file}`, import.meta.url), 'utf8').split(
    '\n',
  );
  const start = lines.findIndex((line) => line.startsWith(first));
  const end = lines.indexOf(last, start);
  expect(start).toBeGreaterThanOrEqual(0);
  expect(end).toBeGreaterThan(start);
  return lines.slice(start + 1, end).filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line));
}

test('the batch stays within 30 lines and the consume loop within 50 [S1]', () => {
  const batch = codeLines('batch.ts', 'export class Batch', '}');
  const loop = codeLines('consumer.ts', '  async function consume(', '  }');
  expect(batch.length).toBeLessThanOrEqual(30);
  expect(loop.length).toBeLessThanOrEqual(50);
  expect(loop.join('\n')).toContain('for (;;)');
});
