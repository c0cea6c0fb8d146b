import { type Encode, Invalid } from '../invalid.ts';
import { type Epoch, epoch } from './epoch.ts';
import { explainTime } from './explain-time.ts';
import { clock, DATE, OFFSET, withoutExcess } from './iso.ts';
import { TOO_FINE } from './too-fine.ts';

export interface TimeOptions {
  /** The unit of a number since 1970; without it, the value is text. */
  readonly epoch?: Epoch;
  /** Whether to round what is finer than a microsecond. */
  readonly round?: boolean;
}

/** What the text of a type is. */
interface Form {
  /** @param fraction the digits after the point */
  readonly pattern: (fraction: string) => string;
  /** Says what is wrong with another value. */
  readonly explain: (value: unknown) => Invalid;
}

function iso({ pattern, explain }: Form, round: boolean): Encode {
  const exact = new RegExp(`^${pattern('{1,6}')}$`);
  const long = new RegExp(`^${pattern('{7,}')}$`);
  return (value) => {
    if (typeof value !== 'string') return explain(value);
    if (exact.test(value)) return value;
    return long.test(value) ? (withoutExcess(value, round) ?? TOO_FINE) : explain(value);
  };
}

const TIMESTAMPTZ: Form = {
  pattern: (fraction) => `${DATE}T${clock(fraction)}${OFFSET}`,
  explain: explainTime('an ISO 8601 time with an offset', {
    date: true,
    clock: true,
    offset: true,
    epoch: true,
  }),
};

/** An offset is refused: PostgreSQL would leave it away, and so shift the time. */
const TIMESTAMP: Form = {
  pattern: (fraction) => `${DATE}T${clock(fraction)}`,
  explain: explainTime('an ISO 8601 time without an offset', {
    date: true,
    clock: true,
    offset: false,
    epoch: true,
  }),
};

const TIME: Form = {
  pattern: clock,
  explain: explainTime('a time of day such as 09:30 or 09:30:00.5', {
    date: false,
    clock: true,
    offset: false,
    epoch: false,
  }),
};

const PLAIN_DATE: Form = {
  pattern: () => DATE,
  explain: explainTime('a date such as 2025-10-22', {
    date: true,
    clock: false,
    offset: false,
    epoch: false,
  }),
};

export function timestamptz({ epoch: unit, round = false }: TimeOptions): Encode {
  return unit === undefined ? iso(TIMESTAMPTZ, round) : epoch(unit, 'Z', round);
}

export function timestamp({ epoch: unit, round = false }: TimeOptions): Encode {
  return unit === undefined ? iso(TIMESTAMP, round) : epoch(unit, '', round);
}

/** @param round whether to round what is finer than a microsecond */
export function time(round: boolean): Encode {
  return iso(TIME, round);
}

export const date: Encode = iso(PLAIN_DATE, false);

/** Fractions of other units would be spread over smaller ones by PostgreSQL, not always exactly. */
const INTERVAL = (fraction: string) =>
  `P(?=[-\\dT])${['Y', 'M', 'W', 'D'].map((unit) => `(?:-?\\d{1,9}${unit})?`).join('')}` +
  `(?:T(?=[-\\d])(?:-?\\d{1,9}H)?(?:-?\\d{1,9}M)?(?:-?\\d{1,9}(?:\\.\\d${fraction})?S)?)?`;

const NOT_A_DURATION = new Invalid('not an ISO 8601 duration such as P1DT2H');

/** @param round whether to round what is finer than a microsecond */
export function interval(round: boolean): Encode {
  return iso({ pattern: INTERVAL, explain: () => NOT_A_DURATION }, round);
}
