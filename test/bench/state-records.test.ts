import { expect, test } from 'vitest';
import { PARTITIONS } from '../../bench/sample.ts';
import { KEYS, MARKERS, makeStates, type StateRecord } from '../../bench/state-records.ts';
import { newestStates } from '../../bench/verify-states.ts';

const at = (time: string) => Date.parse(`2026-11-27T10:00:${time}Z`);
const COUNT = 30_000;
const RECORDS = [...makeStates(COUNT, at('00.000'))];
const MARKED = RECORDS.filter(({ id }) => id >= MARKERS);
const OTHERS = RECORDS.filter(({ id }) => id < MARKERS);

test('there are as many records as are asked for, a tenth of them tombstones', () => {
  expect(RECORDS).toHaveLength(COUNT);
  const tombstones = RECORDS.filter(({ state }) => state === null).length;
  expect(tombstones / COUNT).toBeCloseTo(0.1, 2);
});

test('a key has all of its records in one partition, in the order of their offsets', () => {
  const places = new Map<number, StateRecord>();
  for (const record of RECORDS) {
    const before = places.get(record.id);
    if (before) expect(before.partition).toBe(record.partition);
    expect(record.offset).toBeGreaterThan(before?.offset ?? -1);
    places.set(record.id, record);
  }
  expect(new Set(OTHERS.map(({ id }) => id)).size).toBeLessThanOrEqual(KEYS);
});

test('markers stand for all records, stay, and are the last of each partition', () => {
  const counted = MARKED.reduce((sum, { state }) => sum + (state?.points ?? 0), 0);
  expect(counted).toBe(COUNT);
  expect(newestStates(RECORDS).filter(({ id }) => id >= MARKERS)).toHaveLength(MARKED.length);
  const last = RECORDS.slice(-PARTITIONS);
  expect(last.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  expect(last.every(({ id }) => id >= MARKERS)).toBe(true);
});

test('what is read first is not newer than what is read later', () => {
  expect(RECORDS[1500]?.timestamp).toBe(at('01.000'));
  expect(RECORDS[1500]?.state?.updated_at).toBe('2026-11-27T10:00:01.500Z');
});
