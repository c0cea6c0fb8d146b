import { digitsOf } from '../exact-json.ts';
import { type Encode, Invalid } from '../invalid.ts';
import { parseDecimal } from './decimal.ts';

const NOT_A_NUMBER = new Invalid('not a number');
const OUT_OF_RANGE = new Invalid('out of range');
const NAMED = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * The nearest of the numbers that the type has. PostgreSQL finds it, from all the digits; a number beyond its range, or
 * so small that it would become zero, is refused as PostgreSQL refuses it.
 *
 * @param nearest the nearest number of the type: `Math.fround` for `real`
 * @param coerce whether to take a string of any form that a number has
 */
export function float(nearest: (value: number) => number, coerce: boolean): Encode {
  return (value) => {
    const text = digitsOf(value) ?? value;
    if (typeof text !== 'string') return NOT_A_NUMBER;
    const number = parseDecimal(text, coerce);
    if (number === null) return NAMED.has(text) ? text : NOT_A_NUMBER;
    const stored = nearest(Number(text));
    if (!Number.isFinite(stored)) return OUT_OF_RANGE;
    return stored === 0 && number.digits !== '' ? OUT_OF_RANGE : text;
  };
}
