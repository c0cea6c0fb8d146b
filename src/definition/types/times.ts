import { type Encode, Invalid } from '../invalid.ts';
import { type Epoch, epoch } from './epoch.ts';
import { clock, DATE, OFFSET, withoutExcess } from './iso.ts';
import { TOO_FINE } from './too-fine.ts';

export interface TimeOptions {
  /** The unit of a number since 1970; without it, the value is text. */
  readonly epoch?: Epoch;
  /** Whether to round what is finer than a microsecond. */
  readonly round?: boolean;
}

/** @param form of the text, with the digits of a fraction @param message when it is another */
function iso(form: (fraction: string) => string, message: string, round: boolean): Encode {
  const exact = new RegExp(`^${form('{1,6}')}$`);
  const long = new RegExp(`^${form('{7,}')}$`);
  const invalid = new Invalid(message);
  return (value) => {
    if (typeof value !== 'string') return invalid;
    if (exact.test(value)) return value;
    return long.test(value) ? (withoutExcess(value, round) ?? TOO_FINE) : invalid;
  };
}

export function timestamptz(options: TimeOptions): Encode {
  const { epoch: unit, round = false } = options;
  if (unit !== undefined) return epoch(unit, 'Z', round);
  const form = (fraction: string) => `${DATE}T${clock(fraction)}${OFFSET}`;
  return iso(form, 'not an ISO 8601 time with an offset', round);
}

/** An offset is refused: PostgreSQL would leave it away, and so shift the time. */
export function timestamp(options: TimeOptions): Encode {
  const { epoch: unit, round = false } = options;
  if (unit !== undefined) return epoch(unit, '', round);
  const form = (fraction: string) => `${DATE}T${clock(fraction)}`;
  return iso(form, 'not an ISO 8601 time without an offset', round);
}

/** @param round whether to round what is finer than a microsecond */
export function time(round: boolean): Encode {
  return iso(clock, 'not a time of day such as 09:30 or 09:30:00.5', round);
}

export const date: Encode = iso(() => DATE, 'not a date such as 2025-10-22', false);

/** Fractions of other units would be spread over smaller ones by PostgreSQL, not always exactly. */
const INTERVAL = (fraction: string) =>
  `P(?=[-\\dT])${['Y', 'M', 'W', 'D'].map((unit) => `(?:-?\\d{1,9}${unit})?`).join('')}` +
  `(?:T(?=[-\\d])(?:-?\\d{1,9}H)?(?:-?\\d{1,9}M)?(?:-?\\d{1,9}(?:\\.\\d${fraction})?S)?)?`;

/** @param round whether to round what is finer than a microsecond */
export function interval(round: boolean): Encode {
  return iso(INTERVAL, 'not an ISO 8601 duration such as P1DT2H', round);
}
