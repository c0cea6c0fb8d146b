import { digitsOf } from '../exact-json.ts';
import { type Encode, Invalid } from '../invalid.ts';
import { parseDecimal, toBigInt, wholeDigits } from './decimal.ts';

/** As Protobuf's JSON writes 64 bits. */
const DIGITS = /^-?(?:0|[1-9]\d*)$/;

const NOT_WHOLE = new Invalid('not a whole number');

/**
 * Whole numbers: JSON numbers, `1.0` and `1e2` too, and strings of digits.
 *
 * @param bytes that the type has
 * @param coerce whether to take a string of any form that a number has
 */
export function integer(bytes: 2 | 4 | 8, coerce: boolean): Encode {
  const most = 2n ** BigInt(bytes * 8 - 1) - 1n;
  const safe = Math.min(Number(most), Number.MAX_SAFE_INTEGER);
  const outOfRange = new Invalid(`not within ${-most - 1n} to ${most}`);
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value <= safe && value >= -safe)
      return String(value);
    const text = digitsOf(value) ?? (isDigits(value, coerce) ? value : null);
    const number = text === null ? null : parseDecimal(text, coerce);
    if (number === null || number.exponent < 0) return NOT_WHOLE;
    if (wholeDigits(number) > 19) return outOfRange;
    const whole = toBigInt(number, 19) ?? 0n;
    return whole > most || whole < -most - 1n ? outOfRange : String(whole);
  };
}

function isDigits(value: unknown, coerce: boolean): value is string {
  return typeof value === 'string' && (coerce || DIGITS.test(value));
}
