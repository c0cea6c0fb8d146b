import { describe, expect, test } from 'vitest';
import { CASES } from './support/cases.ts';
import { outcomeOf } from './support/decode.ts';

describe.each(CASES)('$name', ({ column, taken, rejected }) => {
  test.each(taken.map(([json, text]) => [json.slice(0, 80), json, text] as const))(
    '%s is taken exactly',
    (_, json, text) => {
      expect(outcomeOf(column, json)).toBe(text);
    },
  );

  test.each(rejected.map(([json, message]) => [json.slice(0, 80), json, message] as const))(
    '%s is rejected',
    (_, json, message) => {
      expect(outcomeOf(column, json)).toBe(`! ${message}`);
    },
  );

  test('an absent value is missing, or NULL where the column is nullable', () => {
    expect(outcomeOf(column, undefined)).toBe(column.spec.nullable ? null : '! missing');
  });
});
