import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigint, numeric, timestamptz } from '../../src/definition/columns.ts';
import {
  decimalText,
  parseDecimal,
  roundTo,
  toBigInt,
} from '../../src/definition/types/decimal.ts';
import { outcomeOf } from './support/decode.ts';

const scaled = fc.record({
  unscaled: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  scale: fc.integer({ min: 0, max: 20 }),
});

/** `unscaled` / 10^`scale`, as people write it. */
function plainText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const at = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
  return `${unscaled < 0n ? '-' : ''}${text}`;
}

/** Rounds `unscaled` / 10^`by` to a whole number, halves away from zero. */
function rounded(unscaled: bigint, by: number): bigint {
  const divisor = 10n ** BigInt(by);
  const size = unscaled < 0n ? -unscaled : unscaled;
  const up = size + divisor / 2n;
  return ((unscaled < 0n ? -1n : 1n) * up) / divisor;
}

describe('decimals', () => {
  test('hold every digit', () => {
    fc.assert(
      fc.property(scaled, fc.nat(5), ({ unscaled, scale }, zeros) => {
        const text = plainText(unscaled, scale);
        const number = parseDecimal(text);
        const more = text.includes('.') ? text + '0'.repeat(zeros) : text;
        expect(parseDecimal(more)).toEqual(number);
        if (number === null) throw new Error(text);
        expect(parseDecimal(decimalText(number))).toEqual(number);
        const whole = { ...number, exponent: number.exponent + scale };
        expect(number.digits === '' ? 0n : toBigInt(whole, 40)).toBe(unscaled);
      }),
    );
  });

  test('are rounded like money', () => {
    fc.assert(
      fc.property(scaled, ({ unscaled, scale }) => {
        const number = parseDecimal(plainText(unscaled, scale));
        const whole = number && roundTo(0, number);
        expect(whole && (whole.digits === '' ? 0n : toBigInt(whole, 40))).toBe(
          rounded(unscaled, scale),
        );
      }),
    );
  });

  test('with a million zeros within are read at once', () => {
    const start = performance.now();
    expect(parseDecimal(`1${'0'.repeat(1_000_000)}1`)?.digits).toHaveLength(1_000_002);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

test('whole numbers are taken as they are within the range, and rejected beyond', () => {
  const near = fc.tuple(fc.constantFrom(-1n, 1n), fc.bigInt({ min: -3n, max: 3n }));
  const value = fc.oneof(
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
    near.map(([sign, by]) => sign * 2n ** 63n + by),
    near.map(([sign, by]) => sign * 2n ** 53n + by),
  );
  fc.assert(
    fc.property(value, (whole) => {
      const isIn = whole >= -(2n ** 63n) && whole < 2n ** 63n;
      for (const json of [`${whole}`, `"${whole}"`, `${whole}.0`, `${whole}e0`])
        expect(outcomeOf(bigint(), json)).toBe(
          isIn ? String(whole) : '! not within -9223372036854775808 to 9223372036854775807',
        );
    }),
  );
});

test('a number with a scale is taken exactly when it needs no rounding', () => {
  const column = numeric({ precision: 12, scale: 2 });
  const small = fc.record({
    unscaled: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
    scale: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(
    fc.property(small, ({ unscaled, scale }) => {
      const text = plainText(unscaled, scale);
      const fits = (unscaled * 100n) % 10n ** BigInt(scale) === 0n;
      const size = unscaled < 0n ? -unscaled : unscaled;
      const isSmall = size < 10n ** BigInt(10 + scale);
      const outcome = outcomeOf(column, text) ?? '';
      if (!fits) expect(outcome).toContain('round: true');
      else if (!isSmall) expect(outcome).toBe('! more than 10 digits before the point');
      else expect(parseDecimal(outcome)).toEqual(parseDecimal(text));
    }),
  );
});

test('a number of microseconds is the time that a JavaScript date has, to the microsecond', () => {
  const sink = timestamptz({ epoch: 'us' });
  const most = 253_402_300_799_999_999n;
  fc.assert(
    fc.property(fc.bigInt({ min: -62_135_596_800_000_000n, max: most }), (micros) => {
      const text = outcomeOf(sink, String(micros)) ?? '';
      const rest = ((micros % 1000n) + 1000n) % 1000n;
      expect(Date.parse(text)).toBe(Number((micros - rest) / 1000n));
      expect(text.slice(23).replace('Z', '').padEnd(3, '0')).toBe(String(rest).padStart(3, '0'));
      expect(outcomeOf(timestamptz({ epoch: 'ns' }), `${micros}e3`)).toBe(text);
    }),
  );
});
