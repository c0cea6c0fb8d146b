import { isDeepStrictEqual } from 'node:util';
import { membersOf } from '../../definition/slice.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes what a transform returned. A field that it did not change is written as it came, with its white space, trailing
 * zeros and all: a `json` column stores them.
 *
 * @param before what `text` holds
 * @param text a JSON object
 */
export function writeFields(result: Fields, before: Fields, text: string): string {
  // Its own idea of JSON, which may have nothing to do with its fields.
  if ('toJSON' in result) return JSON.stringify(result);
  const written = membersOf(text);
  const fields = Object.entries(result).flatMap(([name, value]) => {
    const same = Object.hasOwn(before, name) && isDeepStrictEqual(value, before[name]);
    // Undefined is left out.
    const json = same ? written.get(name) : JSON.stringify(value);
    return json === undefined ? [] : [`${JSON.stringify(name)}:${json}`];
  });
  return `{${fields.join(',')}}`;
}
