import { digitsOf } from '../../definition/exact-json.ts';

/**
 * Finds what JSON cannot hold, or would change silently. An undefined field is allowed: a transform leaves a field out
 * like that.
 *
 * @param value what a transform returned
 * @returns what is wrong, without quoting the value; null when `JSON.stringify` writes it exactly
 */
export function problemOfValue(value: unknown): string | null {
  if (value === undefined) return 'nothing: return the value, changed or not';
  if (value === null) return 'null: return drop(reason) to delete the dead letter';
  if (typeof value !== 'object') return `a ${typeof value}: it must be an object or bytes`;
  if (Array.isArray(value)) return 'an array: it must be an object or bytes';
  const problem = problemWithin(value, 0);
  return problem === null ? null : `an object that JSON cannot hold (${problem})`;
}

/** A deeper value is circular, or no notification. `JSON.stringify` has its own, larger, limit. */
const MAX_DEPTH = 100;

function problemWithin(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return `more than ${MAX_DEPTH} levels deep`;
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value !== 'object') return typeof value;
  // For example a date; or a number with more digits than JavaScript holds, see `exact-json.ts`.
  if ('toJSON' in value || digitsOf(value) !== null) return null;
  if (Object.keys(value).join() === 'rawJSON')
    return 'a copy of a number with more digits than JavaScript holds: pass the number itself on';
  if (!Array.isArray(value) && !isPlain(value)) return 'an instance of a class';
  for (const child of Object.values(value)) {
    const leftOut = child === undefined && !Array.isArray(value);
    const problem = leftOut ? null : problemWithin(child, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
