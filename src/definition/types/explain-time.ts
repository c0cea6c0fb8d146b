import { Invalid } from '../invalid.ts';
import { clock, DATE } from './iso.ts';

/** The parts that a type's text has, in their order. */
export interface Parts {
  readonly date: boolean;
  readonly clock: boolean;
  readonly offset: boolean;
  /** Whether the type takes numbers too, where the definition says so. */
  readonly epoch: boolean;
}

/** Any text that has these parts, whether or not the calendar has them. */
const LOOSE =
  /^(?=.)(?<date>\d{4}-\d\d-\d\d)?(?<between>[Tt ])?(?<clock>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?<offset> ?(?:[Zz]|[+-]\d\d(?::?\d\d)?))?$/;

const REAL_DATE = new RegExp(`^${DATE}$`);
const REAL_CLOCK = new RegExp(`^${clock('+')}$`);

/**
 * Says what is wrong with values of a time's type.
 *
 * @param form what the type takes, as the rest of a sentence that begins with "not"
 * @returns a function of a value that the type does not take
 */
export function explainTime(form: string, parts: Parts): (value: unknown) => Invalid {
  return (value) => {
    const why = typeof value === 'string' ? whyNot(value, parts) : whyNoText(value, parts);
    return new Invalid(why === null ? `not ${form}` : `not ${form}: ${why}`);
  };
}

function whyNoText(value: unknown, { epoch }: Parts): string | null {
  const isNumber = epoch && typeof value === 'number';
  return isNumber ? "it is a number, which needs its unit in the definition, as epoch: 'ms'" : null;
}

function whyNot(text: string, parts: Parts): string | null {
  const found = LOOSE.exec(text)?.groups;
  if (!found) return null;
  const { date, between, clock, offset } = found;
  if (!date !== !parts.date) return date ? 'it has a date' : 'it has no date';
  if (date && !REAL_DATE.test(date)) return 'the calendar has no such date';
  if (!clock !== !parts.clock) return clock ? 'it has a time of day' : 'it has no time of day';
  if (date && clock && between !== 'T') return 'a T must be between date and time of day';
  if (clock && !REAL_CLOCK.test(clock))
    return 'hours must be 00 to 23, minutes and seconds 00 to 59';
  if (!offset === parts.offset)
    return offset ? 'it has an offset' : 'it has no offset, such as Z or +02:00';
  return offset && parts.offset ? 'its offset must be Z, or be written as +02:00 is' : null;
}
