import { expect, test } from 'vitest';
import { chunksOf, concurrently } from '../../src/timing/concurrently.ts';

test('chunks keep the order, and only the last is smaller', () => {
  expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunksOf([], 2)).toEqual([]);
});

test('does the work for each item, for so many at a time', async () => {
  let running = 0;
  let most = 0;
  const results = await concurrently(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return item * 10;
  });
  expect(results.toSorted((a, b) => a - b)).toEqual([10, 20, 30, 40, 50, 60, 70]);
  expect(most).toBe(3);
});

test('after a failure no more is started', async () => {
  const started: number[] = [];
  const work = concurrently(2, [1, 2, 3, 4, 5, 6], async (item) => {
    started.push(item);
    await new Promise(setImmediate);
    if (item === 2) throw new Error('of the work');
  });
  await expect(work).rejects.toThrow('of the work');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(started).toEqual([1, 2, 3]);
});
