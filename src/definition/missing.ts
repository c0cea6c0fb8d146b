import { isFields } from './exact-json.ts';
import type { Input } from './input.ts';
import { Invalid } from './invalid.ts';
import { follow, stepsOf } from './path.ts';
import { isField } from './read.ts';
import type { Source } from './sources.ts';

const MISSING = new Invalid('missing');

/**
 * Says that a source is absent, and which field of the value differs from its name only in capitals or in how words are
 * joined. Of the record this shows no more than the definition does (promise P8).
 */
export function missingFrom(source: Source): (input: Input) => Invalid {
  if (!isField(source)) return () => MISSING;
  const steps = stepsOf(source);
  const parents = steps.slice(0, -1);
  const wanted = steps.at(-1) ?? '';
  const isSimilar = (name: string) => name !== wanted && plain(name) === plain(wanted);
  return ({ value }) => {
    const parent = follow(value, parents, () => '');
    const similar = isFields(parent) && Object.keys(parent).find(isSimilar);
    return similar ? new Invalid(`missing; there is ${similar}`) : MISSING;
  };
}

/** `user_ID` and `userId` are `userid`. */
function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}
