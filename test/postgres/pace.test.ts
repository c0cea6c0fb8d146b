import { expect, test } from 'vitest';
import { createPace } from '../../src/postgres/write/pace.ts';

/** Stores rows at a speed, and returns the sizes of the statements. */
function run(pace: ReturnType<typeof createPace>, rows: number, msEach: number, timeoutMs: number) {
  const sizes: number[] = [];
  for (let left = rows; left > 0; ) {
    const size = Math.min(left, pace.size(60_000));
    sizes.push(size);
    if (size * msEach > timeoutMs) pace.timedOut(timeoutMs);
    else {
      pace.succeeded(size, size * msEach);
      left -= size;
    }
  }
  return sizes;
}

test('all rows go in one statement while none has timed out', () => {
  const pace = createPace(10_000);
  expect(run(pace, 10_000, 0.01, 10_000)).toEqual([10_000]);
  expect(pace.isSlow).toBe(false);
});

test.each([
  [3, [10_000, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 833, 833]],
  [200, [10_000, 1, 2, 4, 8, 12, 12, 12]],
  [3000, [10_000, 1, 1, 1]],
])(
  'at %i ms a row, one statement times out, and the others stay within a quarter of the time',
  (msEach, expected) => {
    const sizes = run(createPace(10_000), 10_000, msEach, 10_000);
    expect(sizes.slice(0, expected.length)).toEqual(expected);
    expect(sizes.filter((size) => size * msEach > 10_000)).toHaveLength(1);
  },
);

test('when the table is quick again, nothing is limited any more', () => {
  const pace = createPace(10_000);
  run(pace, 10_000, 20, 10_000);
  expect(pace.isSlow).toBe(true);
  const sizes = run(pace, 60_000, 0.01, 10_000);
  expect(sizes.slice(0, 2)).toEqual([125, 250]);
  expect(pace.isSlow).toBe(false);
});

test('a statement has no more rows than the deadline leaves time for', () => {
  const pace = createPace(10_000);
  run(pace, 10_000, 20, 10_000);
  expect(pace.size(60_000)).toBe(125);
  expect(pace.size(4000)).toBe(50);
  expect(pace.size(0)).toBe(1);
});
