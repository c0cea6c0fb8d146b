/**
 * Finds what JSON would not hold, or would change without a word. A field that is undefined is no fault: that is how one
 * is left out.
 *
 * @param value what a transform returned
 * @returns what is wrong, without quoting it; null where `JSON.stringify` writes it faithfully
 */
export function faultOfValue(value: unknown): string | null {
  if (value === undefined) return 'nothing: return the value, mended or not';
  if (value === null) return 'null: return drop(reason) to remove the letter';
  if (typeof value !== 'object') return `a ${typeof value}, where an object or bytes is accepted`;
  if (Array.isArray(value)) return 'an array, where an object or bytes is accepted';
  const fault = faultWithin(value, 0);
  return fault === null ? null : `an object that JSON cannot hold (${fault})`;
}

/** Deeper is a circle, or nothing that a notification looks like; `JSON.stringify` has its own, larger, limit. */
const MAX_DEPTH = 100;

function faultWithin(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return `more than ${MAX_DEPTH} levels deep`;
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value !== 'object') return typeof value;
  // A date, for one.
  if ('toJSON' in value) return null;
  if (!Array.isArray(value) && !isPlain(value)) return 'an instance of a class';
  for (const part of Object.values(value)) {
    const leftOut = part === undefined && !Array.isArray(value);
    const fault = leftOut ? null : faultWithin(part, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
