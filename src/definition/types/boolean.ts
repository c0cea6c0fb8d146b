import { digitsOf } from '../exact-json.ts';
import { type Encode, Invalid } from '../invalid.ts';

const NOT_A_BOOLEAN = new Invalid('not true or false');

const strict: Encode = (value) => (typeof value === 'boolean' ? String(value) : NOT_A_BOOLEAN);

const FORMS = new Map([
  ['true', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['0', 'false'],
]);

const coerced: Encode = (value) => {
  if (typeof value === 'boolean') return String(value);
  const text = digitsOf(value) ?? value;
  const form = typeof text === 'string' ? FORMS.get(text.toLowerCase()) : undefined;
  return form ?? NOT_A_BOOLEAN;
};

/** @param coerce whether to take 1, 0, and the strings `true`, `false`, `1` and `0` */
export function boolean(coerce: boolean): Encode {
  return coerce ? coerced : strict;
}
