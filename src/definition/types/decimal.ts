/** A decimal number, exactly: ±`digits` × 10^`exponent`. */
export interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end, so that equal numbers are equal here; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const JSON_NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** What `coerce: true` takes as well: zeros in front, and a plus. */
const LOOSE_NUMBER = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Reads a number as JSON writes it. @returns null when the text is no such number */
export function parseDecimal(text: string, loose = false): Decimal | null {
  const match = (loose ? LOOSE_NUMBER : JSON_NUMBER).exec(text);
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  return decimal(sign === '-', whole + fraction, Number(exponent) - fraction.length);
}

function decimal(negative: boolean, all: string, exponent: number): Decimal {
  // No /0+$/: on a long run of zeros within, it takes quadratic time.
  let end = all.length;
  while (end > 0 && all[end - 1] === '0') end -= 1;
  let start = 0;
  while (start < end && all[start] === '0') start += 1;
  if (start === end) return ZERO;
  return { negative, digits: all.slice(start, end), exponent: exponent + all.length - end };
}

const ZERO: Decimal = { negative: false, digits: '', exponent: 0 };

/** Rounds to a multiple of 10^`exponent`, halves away from zero as PostgreSQL's numeric does. */
export function roundTo(exponent: number, number: Decimal): Decimal {
  const { negative, digits } = number;
  const kept = digits.length + number.exponent - exponent;
  if (kept >= digits.length) return number;
  if (kept < 0) return ZERO;
  const up = (digits[kept] ?? '0') >= '5' ? 1n : 0n;
  return decimal(negative, String(BigInt(digits.slice(0, kept)) + up), exponent);
}

/** Digits before the point; zero or less for a fraction. */
export function wholeDigits({ digits, exponent }: Decimal): number {
  return digits === '' ? 0 : digits.length + exponent;
}

/** @returns null when it is not whole, or has more than `most` digits */
export function toBigInt(number: Decimal, most: number): bigint | null {
  if (number.exponent < 0 || wholeDigits(number) > most) return null;
  const size = BigInt(number.digits + '0'.repeat(number.exponent));
  return number.negative ? -size : size;
}

/** Writes it in the form that PostgreSQL reads. */
export function decimalText({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  return `${negative ? '-' : ''}${digits}${exponent === 0 ? '' : `e${exponent}`}`;
}
