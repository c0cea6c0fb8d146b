import { digitsOf } from '../exact-json.ts';
import { type Encode, Invalid } from '../invalid.ts';
import { type Decimal, decimalText, parseDecimal, roundTo, wholeDigits } from './decimal.ts';

export interface NumericOptions {
  /** Digits in all. */
  readonly precision?: number;
  /** Digits after the point; 0 when there is a precision. */
  readonly scale?: number;
  /** Whether to round a number that has more of them, halves away from zero. */
  readonly round?: boolean;
  readonly coerce?: boolean;
}

/** PostgreSQL's own limits. https://www.postgresql.org/docs/current/datatype-numeric.html */
const MAX_WHOLE_DIGITS = 131_072;
const MAX_SCALE = 16_383;

/** Below it, JavaScript writes whole numbers with all their digits. */
const PLAIN = 1e15;
/** A longer text is replaced by one with no more digits than it needs. */
const SHORT = 1000;

const NOT_A_NUMBER = new Invalid('not a number');

/** Decimal numbers, exactly: JSON numbers, or strings of the same form, for many write them so to keep them exact. */
export function numeric({ precision, scale = 0, round = false, coerce = false }: NumericOptions) {
  const decimals = precision === undefined ? MAX_SCALE : scale;
  const whole = precision === undefined ? MAX_WHOLE_DIGITS : precision - scale;
  const tooFine = new Invalid(
    `more than ${decimals} decimals, which the column would round; round: true in the definition allows that`,
  );
  const tooLarge = new Invalid(`more than ${whole} digits before the point`);
  const limit = decimals < 0 ? 0 : Math.min(PLAIN, 10 ** Math.min(15, Math.max(0, whole)));

  function toText(sent: Decimal, text: string): string | Invalid {
    const number = round ? roundTo(-decimals, sent) : sent;
    if (number.exponent < -decimals && number.digits !== '') return tooFine;
    if (wholeDigits(number) > whole && number.digits !== '') return tooLarge;
    return number === sent && text.length < SHORT && PLAIN_FORM.test(text)
      ? text
      : decimalText(number);
  }

  const encode: Encode = (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value < limit && value > -limit)
      return String(value);
    const text = digitsOf(value) ?? value;
    if (typeof text !== 'string') return NOT_A_NUMBER;
    const number = parseDecimal(text, coerce);
    if (number !== null) return toText(number, text);
    if (text === 'NaN') return text;
    if (text !== 'Infinity' && text !== '-Infinity') return NOT_A_NUMBER;
    return precision === undefined ? text : tooLarge;
  };
  return encode;
}

const PLAIN_FORM = /^-?\d+(?:\.\d+)?$/;
