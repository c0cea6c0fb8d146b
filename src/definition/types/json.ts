import { type Encode, Invalid } from '../invalid.ts';

/** `JSON.stringify` escapes only what is not text: U+0000 and lone surrogates among others. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

const HOLDS_UNSTORABLE = new Invalid(
  'holds a lone surrogate or U+0000, which PostgreSQL jsonb cannot store',
);
const TOO_DEEP = new Invalid('nested too deeply');
const NOT_JSON = new Invalid('not JSON');

/** For `jsonb`: numbers keep their digits. */
export const jsonb: Encode = (value) => {
  const text = json(value);
  return typeof text === 'string' && text.includes('\\u') && UNSTORABLE.test(text)
    ? HOLDS_UNSTORABLE
    : text;
};

/** For `json` whose text is not at hand: of a transform's result. PostgreSQL takes any escape there. */
export const json: Encode = (value) => {
  try {
    return JSON.stringify(value) ?? NOT_JSON;
  } catch (error) {
    return error instanceof RangeError ? TOO_DEEP : NOT_JSON;
  }
};
