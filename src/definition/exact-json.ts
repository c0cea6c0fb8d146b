/**
 * JSON whose numbers keep their digits. A number that a JavaScript number holds exactly is one; any other is an object of
 * `JSON.rawJSON`, which `JSON.stringify` writes as it was.
 */

/** TypeScript's libraries do not know them yet. https://tc39.es/proposal-json-parse-with-source/ */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};
type Reviver = (name: string, value: unknown, context: { readonly source: string }) => unknown;

/**
 * Decimals of up to 15 digits survive the way through a double; an exponent can lead anywhere. What is rare is looked for
 * first, sixteen digits (spelt out, so that the search can jump over text) or an `e`, and then whether a number begins there.
 */
const MANY_DIGITS = new RegExp(`${'[\\d.]'.repeat(15)}(?<=(?:^|[:,[])\\s*-?[\\d.]{15})[\\d.]`);
const WITH_EXPONENT = /(?<=(?:^|[:,[])\s*-?[\d.]+)[eE]/;
const EXPONENT = /[eE]/;

/**
 * Parses JSON. Asking for the source of each number takes seven times as long, so only a text with long numbers pays.
 *
 * @throws {SyntaxError} when the text is not JSON
 * @throws {RangeError} when it is nested too deeply for that
 */
export function parseExact(text: string): unknown {
  return mayLoseDigits(text) ? JSON.parse(text, keepDigits as () => unknown) : JSON.parse(text);
}

/**
 * Parses JSON that is written again. The sign of −0 is kept too, which `JSON.stringify` drops.
 *
 * @throws {SyntaxError | RangeError} as {@link parseExact} does
 */
export function parseToWriteAgain(text: string): unknown {
  return JSON.parse(text, keepDigitsAndSign as () => unknown);
}

/** Whether a JavaScript number may not hold one of the text's numbers. */
export function mayLoseDigits(text: string): boolean {
  return MANY_DIGITS.test(text) || WITH_EXPONENT.test(text);
}

const keepDigits: Reviver = (_, value, { source }) =>
  typeof value === 'number' && isLossy(value, source) ? rawJSON(source) : value;

const keepDigitsAndSign: Reviver = (name, value, context) =>
  Object.is(value, -0) ? rawJSON(context.source) : keepDigits(name, value, context);

function isLossy(value: number, source: string): boolean {
  return (source.length > 15 || EXPONENT.test(source)) && String(value) !== source;
}

/** @param digits of a number as JSON writes it @returns what `JSON.stringify` writes with all of them */
export function exactNumber(digits: string): unknown {
  return rawJSON(digits);
}

/** @returns the digits of a number as JSON writes them; null when the value is no number */
export function digitsOf(value: unknown): string | null {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value === 'object' && isRawJSON(value) ? value.rawJSON : null;
}

/**
 * Whether `JSON.stringify` writes a value that code has made as what it is: it would write NaN as null, and a Map as `{}`.
 * A field that is undefined is absent, and what has `toJSON` says itself what it is.
 *
 * @throws {RangeError} when it is nested too deeply
 */
export function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (value === null || isRawJSON(value) || 'toJSON' in value) return true;
  // A hole is undefined to `from`.
  if (Array.isArray(value)) return Array.from(value).every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((one) => one === undefined || isJson(one));
}

/** Whether a value is an object with fields: neither an array nor an exact number. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
}

/**
 * The value for a function that knows plain JSON: numbers that a JavaScript number cannot hold are strings.
 *
 * @throws {RangeError} when it is nested too deeply
 */
export function toPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isRawJSON(value)) return value.rawJSON;
  if (Array.isArray(value)) return value.map(toPlain);
  // `fromEntries` makes own properties, `__proto__` too.
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toPlain(one)]));
}
