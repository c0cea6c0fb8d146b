import { expect, test } from 'vitest';
import { type Commit, figuresOf } from '../../bench/figures.ts';
import { type Raced, ratioOf } from '../../bench/race.ts';
import { statsOf } from '../../bench/stats.ts';

const START = 1_000_000;
/** A second to the first of ten commits of 100 rows, 100 ms apart; four times as long from the sixth on. */
const commits: Commit[] = Array.from({ length: 10 }, (_, n) => ({
  at: START + 1000 + (n < 5 ? n * 100 : 500 + (n - 5) * 400),
  rows: 100,
}));
/** A CPU that is busy half of the time. */
const consumption = {
  cpu: Array.from({ length: 40 }, (_, n) => [START + n * 100, n * 0.05] as const),
  peakRssMb: 123,
  serverCpu: [
    [START, 7],
    [START + 4000, 11],
  ] as const,
};

test('rates are those of the rows between two commits, and the start does not count', () => {
  const figures = figuresOf(START, commits, consumption);
  expect(figures.firstRowSeconds).toBe(1);
  expect(figures.wholeSeconds).toBe(3.1);
  expect(figures.wholeRate).toBeCloseTo(1000 / 3.1);
  // From the first commit, of rows that are not counted, to the ninth.
  expect(figures.steadyRate).toBeCloseTo(800 / 1.7);
  expect(figures.lateRate).toBeCloseTo(400 / 1.3);
  expect(figures.peakRssMb).toBe(123);
});

test('CPU is told up to the last row, and for 100,000 rows of the steady part', () => {
  const figures = figuresOf(START, commits, consumption);
  expect(figures.cpuSeconds).toBeCloseTo(1.55);
  expect(figures.steadyCpuSeconds).toBeCloseTo((0.85 / 800) * 100_000);
  expect(figures.steadyServerCpuSeconds).toBeCloseTo((1.7 / 800) * 100_000);
});

test('the order in which PostgreSQL names the transactions is of no matter', () => {
  expect(figuresOf(START, commits.toReversed(), consumption)).toEqual(
    figuresOf(START, commits, consumption),
  );
});

test('a rate is not made up where all came in one transaction, or none', () => {
  const at = START + 1000;
  expect(() => figuresOf(START, [{ at, rows: 1000 }], consumption)).toThrow('Too few');
  expect(() => figuresOf(START, [], consumption)).toThrow('Nothing was committed.');
});

test('the median and the percentiles are those of the samples', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(statsOf(values)).toEqual({ median: 50, p95: 95, p99: 99, samples: 100 });
  expect(statsOf([3, 1, 2]).median).toBe(2);
});

test('a ratio is that of the turns within a round, whatever the machine does between rounds', () => {
  const raced = (...rates: number[]) =>
    ({ rounds: rates.map((steadyRate) => ({ steadyRate })) }) as unknown as Raced;
  expect(ratioOf(raced(200, 20, 2), raced(100, 10, 1), 'steadyRate')).toBe(2);
});
