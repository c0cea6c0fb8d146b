import { type Encode, Invalid } from '../invalid.ts';

const NOT_AN_ARRAY = new Invalid('not an array');
const EMPTY_WITHIN = new Invalid('an empty array within an array, which PostgreSQL cannot hold');
const RAGGED = new Invalid('arrays of different lengths, which PostgreSQL cannot hold');

/**
 * An array of PostgreSQL. An element that is null becomes NULL.
 *
 * @param encode writes an element
 * @param dimensions of the array: an array of arrays has two
 */
export function array(encode: Encode, dimensions: number): Encode {
  return (value) => {
    if (Array.isArray(value) && value.length === 0) return '{}';
    return literal(value, encode, lengthsOf(value, dimensions), 0);
  };
}

/** The lengths that all arrays must have, by dimension: those of the first ones. */
function lengthsOf(value: unknown, dimensions: number): number[] {
  const lengths: number[] = [];
  let first = value;
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    lengths.push(Array.isArray(first) ? first.length : 0);
    first = Array.isArray(first) ? first[0] : undefined;
  }
  return lengths;
}

function literal(
  value: unknown,
  encode: Encode,
  lengths: readonly number[],
  dimension: number,
): string | Invalid {
  if (!Array.isArray(value)) return NOT_AN_ARRAY;
  if (value.length === 0) return EMPTY_WITHIN;
  if (value.length !== lengths[dimension]) return RAGGED;
  const parts: string[] = [];
  for (const [index, element] of value.entries()) {
    const part =
      dimension + 1 < lengths.length
        ? literal(element, encode, lengths, dimension + 1)
        : quoted(element, encode);
    if (typeof part !== 'string')
      return new Invalid(part.message, part.below === '' ? `${index}` : `${index}.${part.below}`);
    parts.push(part);
  }
  return `{${parts.join(',')}}`;
}

const SPECIAL = /["\\]/g;

/** Quotes keep apart the text `NULL` and NULL, and protect commas, braces and spaces. */
function quoted(element: unknown, encode: Encode): string | Invalid {
  if (element === null) return 'NULL';
  const text = encode(element);
  return typeof text === 'string' ? `"${text.replace(SPECIAL, '\\$&')}"` : text;
}
