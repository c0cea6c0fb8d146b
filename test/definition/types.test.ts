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

  test.skipIf(column.spec.nullable)('an absent value is missing', () => {
    expect(outcomeOf(column, undefined)).toBe('! missing');
  });
});
