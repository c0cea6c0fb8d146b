import { digitsOf } from '../exact-json.ts';
import { type Encode, Invalid } from '../invalid.ts';

const NOT_A_STRING = new Invalid('not a string');
const UNSTORABLE = new Invalid(
  'holds a lone surrogate or U+0000, which PostgreSQL text cannot store',
);

/**
 * Text that PostgreSQL holds unchanged.
 *
 * @param min fewest characters, counted as PostgreSQL does: code points, so that an emoji is one
 * @param max most characters; infinity for any number. Spaces at the end count too, which `varchar` would cut in silence
 * @param coerce whether to take numbers, with their digits, and booleans
 */
export function text(min: number, max: number, coerce: boolean): Encode {
  const wrongLength = new Invalid(lengthMessage(min, max));
  const judge = (value: string) => {
    if (value.includes('\0') || !value.isWellFormed()) return UNSTORABLE;
    return isShorter(value, min) || isLonger(value, max) ? wrongLength : value;
  };
  if (!coerce) return (value) => (typeof value === 'string' ? judge(value) : NOT_A_STRING);
  return (value) => {
    const string = typeof value === 'boolean' ? String(value) : (digitsOf(value) ?? value);
    return typeof string === 'string' ? judge(string) : NOT_A_STRING;
  };
}

function lengthMessage(min: number, max: number): string {
  if (min === 0) return `longer than ${max} characters`;
  return max === Number.POSITIVE_INFINITY
    ? `shorter than ${min} characters`
    : `not ${min} to ${max} characters long`;
}

function isShorter(value: string, min: number): boolean {
  if (value.length < min) return true;
  return value.length < 2 * min && Array.from(value).length < min;
}

function isLonger(value: string, max: number): boolean {
  if (value.length <= max) return false;
  return value.length > 2 * max || Array.from(value).length > max;
}
