import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf } from '../../src/postgres/write/key.ts';

test('a key of one column is its value', () => {
  expect(keyOf({ key: [1] })(['a', 'b', 'c'])).toBe('b');
});

test.each([
  ['values that are alike when joined', ['a', 'bc'], ['ab', 'c']],
  ['values that hold what joins them', ['1:a', 'b'], ['1', 'a1:b']],
  ['an empty value', ['', 'a'], ['a', '']],
])('keys of several columns differ: %s', (_, one, other) => {
  const key = keyOf({ key: [0, 1] });
  expect(key(one)).not.toBe(key(other));
  expect(key(one)).toBe(key([...one]));
});

test('keys are equal just when all their values are, whatever the other columns hold', () => {
  const value = fc.string({ unit: fc.constantFrom('1', ':', 'a', '"', ','), maxLength: 4 });
  const row = fc.tuple(value, value, value);
  const key = keyOf({ key: [2, 0] });
  fc.assert(
    fc.property(row, row, (one, other) => {
      expect(key(one) === key(other)).toBe(one[2] === other[2] && one[0] === other[0]);
    }),
    { numRuns: 1000 },
  );
});
