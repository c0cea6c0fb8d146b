import type { Issue } from '../record/fates.ts';
import { isObject } from '../record/guards.ts';

/**
 * The rules that a notification's schema is made of. Written by hand because each runs for every record: a library of
 * schemas took five times as long (docs/benchmarks.md), which was the largest part of decoding.
 */

/** Tells what is wrong with a value, without quoting it; null when nothing is. */
export type Rule = (value: unknown) => string | null;

/** PostgreSQL's canonical form, any version and variant: its uuid type can hold any. Counted repeats are slower. */
const UUID = new RegExp(
  `^${[8, 4, 4, 4, 12].map((digits) => '[\\da-fA-F]'.repeat(digits)).join('-')}$`,
);

export const uuid: Rule = (value) =>
  typeof value === 'string' && UUID.test(value) ? null : 'not a UUID';

/**
 * Text that PostgreSQL can hold unchanged.
 *
 * @param min fewest characters, counted as PostgreSQL does: code points, so that an emoji is one
 * @param max most characters
 */
export function text(min: number, max: number): Rule {
  const wrongLength =
    min > 0 ? `not ${min} to ${max} characters long` : `longer than ${max} characters`;
  return (value) => {
    if (typeof value !== 'string') return 'not a string';
    if (value.includes('\0') || !value.isWellFormed())
      return 'holds a lone surrogate or U+0000, which PostgreSQL text cannot store';
    return value.length < min || exceeds(value, max) ? wrongLength : null;
  };
}

function exceeds(value: string, max: number): boolean {
  if (value.length <= max) return false;
  return value.length > 2 * max || Array.from(value).length > max;
}

const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const DATE = [
  '\\d{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])',
  '\\d{4}-(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)',
  '\\d{4}-02-(?:0[1-9]|1\\d|2[0-8])',
  `${LEAP_YEAR}-02-29`,
].join('|');
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d';

/** ISO 8601 lets seconds and the offset's minutes and colon be left out; all of these forms PostgreSQL reads too. */
const TIME = new RegExp(
  `^(?:${DATE})T${CLOCK}(?::[0-5]\\d(?:\\.\\d+)?)?(?:Z|[+-](?:[01]\\d|2[0-3])(?::?[0-5]\\d)?)$`,
);

/** ISO 8601, extended form, with an offset. */
export const time: Rule = (value) =>
  typeof value === 'string' && TIME.test(value) ? null : 'not an ISO 8601 time with an offset';

/** May be absent; many serializers write that as null. */
export function optional(rule: Rule): Rule {
  return (value) => (value === undefined || value === null ? null : rule(value));
}

/**
 * Checks an object field by field. Fields that no rule is for are ignored.
 *
 * @returns what is wrong, in the order of the rules; empty when nothing is
 */
export type Schema = (value: unknown) => readonly Issue[];

export function schemaOf(rules: Readonly<Record<string, Rule>>): Schema {
  const fields = Object.entries(rules);
  return (value) => {
    if (!isObject(value)) return NOT_AN_OBJECT;
    let issues = NONE;
    for (const [path, rule] of fields) {
      const message = rule(value[path]);
      if (message !== null)
        issues = [...issues, { path, message: value[path] === undefined ? 'missing' : message }];
    }
    return issues;
  };
}

const NONE: readonly Issue[] = [];
const NOT_AN_OBJECT: readonly Issue[] = [{ path: '', message: 'not a JSON object' }];
