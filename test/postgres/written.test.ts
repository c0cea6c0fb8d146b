import { expect, test } from 'vitest';
import { keyOf } from '../../src/postgres/write/key.ts';
import { merge, NOTHING } from '../../src/postgres/write/written.ts';
import { sinkRecord } from '../support/records.ts';

test('what became of several chunks is put together', () => {
  const [a, b, c] = [1, 2, 3].map((offset) => sinkRecord('x', { offset }));
  if (!a || !b || !c) throw new Error('no records');
  const conflict = { record: c, rule: 'conflict' } as const;
  expect(
    merge([
      { ...NOTHING, stored: [a], inserted: 1 },
      NOTHING,
      { ...NOTHING, stored: [b], inserted: 2, conflicts: [conflict] },
    ]),
  ).toEqual({ ...NOTHING, stored: [a, b], inserted: 3, conflicts: [conflict] });
});

test('a key of one column is its text, one of several cannot be mistaken for another', () => {
  expect(keyOf({ key: [1] })(['a', 'b'])).toBe('b');
  expect([keyOf({ key: [0] })([null]), keyOf({ key: [0, 1] })([null, 'b'])]).toEqual(['', '0:1:b']);
  expect(keyOf({ key: [1, 0] })(['ab', 'c'])).toBe('1:c2:ab');
});
