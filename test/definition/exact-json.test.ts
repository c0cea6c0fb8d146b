import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  digitsOf,
  isFields,
  mayLoseDigits,
  parseExact,
  parseToWriteAgain,
  toPlain,
} from '../../src/definition/exact-json.ts';
import { membersOf, sliceOf } from '../../src/definition/slice.ts';
import { decimal } from '../exactness/support/decimal.ts';

/** Numbers as JSON may write them. */
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.bigInt({ min: 1n, max: 10n ** 25n }).map(String)),
    fc.option(fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 25 })),
    fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.nat(500))),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : exponent.join('')}`,
  );
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 2 });
const name = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'toString'),
  fc.string({ unit: 'binary' }),
);
/** JSON as people may write it, with white space, repeated names and long numbers. */
const json = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc
    .tuple(
      space,
      fc.oneof(
        { maxDepth: 4 },
        number,
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
        fc.constantFrom('true', 'false', 'null', '"\\u0041\\"]}"', '"\\\\"'),
        tie('array'),
        tie('object'),
      ),
      space,
    )
    .map((parts) => parts.join('')),
  array: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
  object: fc
    .array(fc.tuple(name, space, tie('value')), { maxLength: 4 })
    .map(
      (fields) =>
        `{${fields.map(([field, gap, value]) => `${gap}${JSON.stringify(field)}${gap}:${value}`).join(',')}}`,
    ),
}));

describe('exact JSON', () => {
  test('numbers keep their value wherever they are', () => {
    fc.assert(
      fc.property(number, space, (text, gap) => {
        const places = [
          parseExact(`${gap}${text}`),
          (parseExact(`[1,${gap}${text}]`) as unknown[])[1],
          (parseExact(`{"a":${gap}${text}}`) as { a: unknown }).a,
        ];
        for (const value of places) expect(decimal(digitsOf(value) ?? '')).toBe(decimal(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('is JSON again as it was, but for the form', () => {
    const numbers = (text: string) =>
      (text.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g) ?? []).filter((one) => !one.startsWith('"'));
    fc.assert(
      fc.property(json.value, (text) => {
        const again = JSON.stringify(parseExact(text));
        // Negative zero is zero.
        expect(JSON.stringify(JSON.parse(again))).toBe(JSON.stringify(JSON.parse(text)));
        expect(numbers(JSON.stringify(parseExact(again))).map(decimal)).toEqual(
          numbers(again).map(decimal),
        );
      }),
    );
  });

  test('to be written again, it keeps the sign of a zero and all digits', () => {
    const text = '{"a":[-0,0,-0.0,9007199254740993,1.5,1e400,-0.1234567890123456789],"b":"-0"}';
    expect(JSON.stringify(parseToWriteAgain(text))).toBe(text);
    expect(parseToWriteAgain('{"a":1.50}')).toEqual({ a: 1.5 });
    expect(() => parseToWriteAgain('{')).toThrow(SyntaxError);
  });

  test('plain, it has strings for what a number cannot hold', () => {
    const value = parseExact('{"a":[1.5,9007199254740993],"__proto__":1e400,"b":null}');
    expect(JSON.stringify(toPlain(value))).toBe(
      '{"a":[1.5,"9007199254740993"],"__proto__":"1e400","b":null}',
    );
    expect(isFields((value as { a: unknown[] }).a[1])).toBe(false);
    expect(isFields(value)).toBe(true);
  });

  test.each(['1', '[0.1234567890123]', '{"a":"1234567890123456"}', '[1,2,3,4,5,6,7,8,9]'])(
    '%s is parsed the fast way',
    (text) => expect(mayLoseDigits(text)).toBe(false),
  );

  test('throws for text that is not JSON', () => {
    for (const text of ['', '{', '1234567890123456789x', '[1e400']) {
      expect(() => parseExact(text)).toThrow(SyntaxError);
    }
  });
});

describe('the slice of a value', () => {
  test('is what JSON.parse takes for that value', () => {
    fc.assert(
      fc.property(json.value, fc.array(fc.nat()), (text, choices) => {
        const steps: string[] = [];
        let value: unknown = JSON.parse(text);
        for (const choice of choices) {
          if (typeof value !== 'object' || value === null) break;
          const names = Object.keys(value);
          const step = names[choice % names.length];
          if (step === undefined) break;
          steps.push(step);
          value = (value as Record<string, unknown>)[step];
        }
        const slice = sliceOf(text, steps);
        expect(slice).toBe(slice.trim());
        expect(text).toContain(slice);
        expect(JSON.parse(slice)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('is there for each field of an object', () => {
    fc.assert(
      fc.property(json.object, (text) => {
        const members = membersOf(text);
        const fields = Object.entries(JSON.parse(text));
        expect([...members.keys()].toSorted()).toEqual(fields.map(([name]) => name).toSorted());
        for (const [name, value] of fields) {
          const slice = members.get(name) ?? '';
          expect(slice).toBe(slice.trim());
          expect(slice).toBe(sliceOf(text, [name]));
          expect(JSON.parse(slice)).toEqual(value);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('steps over what is nested deeply', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(sliceOf(`{"a":${deep},"b":1.0}`, ['b'])).toBe('1.0');
  });
});
