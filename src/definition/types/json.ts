import { type Encode, Invalid } from '../invalid.ts';

/** `JSON.stringify` escapes only what is not text: U+0000 and lone surrogates among others. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

const HOLDS_UNSTORABLE = 'holds a lone surrogate or U+0000, which PostgreSQL jsonb cannot store';
const TOO_DEEP = new Invalid('nested too deeply');
const NOT_JSON = new Invalid('not JSON');

/** For `jsonb`: numbers keep their digits. */
export const jsonb: Encode = (value) => {
  const text = json(value);
  return typeof text === 'string' && text.includes('\\u') && UNSTORABLE.test(text)
    ? new Invalid(HOLDS_UNSTORABLE, placeOf(value))
    : text;
};

/** @returns the path to the first text that jsonb cannot hold; to the object, where it is the name of a field */
function placeOf(value: unknown): string {
  const steps: string[] = [];
  try {
    find(value, steps);
  } catch {
    // It throws for the depth alone. The value is invalid wherever that is.
    return '';
  }
  return steps.map(shown).join('.');
}

function find(value: unknown, steps: string[]): boolean {
  if (typeof value === 'string') return !isStorable(value);
  if (typeof value !== 'object' || value === null) return false;
  for (const [name, one] of Object.entries(value)) {
    if (!isStorable(name)) return true;
    steps.push(name);
    if (find(one, steps)) return true;
    steps.pop();
  }
  return false;
}

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');

/** The names of a map's fields can be data (promise P8): only what looks like the name of a field, or an index, is shown. */
function shown(step: string): string {
  return /^(?:[A-Za-z_]\w{0,63}|\d{1,9})$/.test(step) ? step : '*';
}

/** For `json` whose text is not at hand: of a transform's result. PostgreSQL takes any escape there. */
export const json: Encode = (value) => {
  try {
    return JSON.stringify(value) ?? NOT_JSON;
  } catch (error) {
    return error instanceof RangeError ? TOO_DEEP : NOT_JSON;
  }
};
