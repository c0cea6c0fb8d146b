import { digitsOf } from '../exact-json.ts';
import { type Encode, Invalid } from '../invalid.ts';
import { type Decimal, parseDecimal, roundTo, toBigInt } from './decimal.ts';
import { TOO_FINE } from './too-fine.ts';

/** Seconds, milliseconds, microseconds or nanoseconds since 1970-01-01 00:00 UTC. */
export type Epoch = 's' | 'ms' | 'us' | 'ns';

/** Powers of ten from the unit to microseconds. */
const TO_MICROS: Readonly<Record<Epoch, number>> = { s: 6, ms: 3, us: 0, ns: -3 };

const NAMES: Readonly<Record<Epoch, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

const OUT_OF_RANGE = new Invalid('not within the years 1 to 294276');

/** 0001-01-01 00:00 UTC, and the last microsecond that PostgreSQL has. */
const FIRST_MICRO = -62_135_596_800_000_000n;
const LAST_MICRO = 9_224_318_015_999_999_999n;
const FIRST_MS = Number(FIRST_MICRO / 1000n);
/** The end of the year 9999: after it, JavaScript writes years in a form of its own. */
const LAST_PLAIN_MS = 253_402_300_799_999;

/**
 * A number of units since 1970, exactly, as ISO text in UTC. It never goes through a JavaScript date that cannot hold it.
 *
 * @param suffix `Z`, or nothing for a type without time zone
 * @param round whether to round what is finer than a microsecond, halves away from zero
 */
export function epoch(unit: Epoch, suffix: '' | 'Z', round: boolean): Encode {
  const perMs = unit === 's' ? 1000 : unit === 'ms' ? 1 : 0;
  const last = perMs === 0 ? -1 : LAST_PLAIN_MS / perMs;
  const first = perMs === 0 ? 0 : FIRST_MS / perMs;
  const toMicros = (number: Decimal): Decimal => {
    const micros = { ...number, exponent: number.exponent + TO_MICROS[unit] };
    return round ? roundTo(0, micros) : micros;
  };
  const notANumber = new Invalid(`not a number of ${NAMES[unit]} since 1970`);
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value <= last && value >= first)
      return dateText(value * perMs, suffix);
    const text = digitsOf(value) ?? value;
    const number = typeof text === 'string' ? parseDecimal(text) : null;
    if (number === null) return notANumber;
    const micros = number.digits === '' ? number : toMicros(number);
    if (micros.exponent < 0) return TOO_FINE;
    const whole = toBigInt(micros, 19);
    if (whole === null || whole < FIRST_MICRO || whole > LAST_MICRO) return OUT_OF_RANGE;
    return isoText(whole) + suffix;
  };
}

const DAY_MS = 86_400_000;
const padded = (count: number, digits: number) =>
  Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'));
const TWO_DIGITS = padded(60, 2);
const THREE_DIGITS = padded(1000, 3);

/** Most times of a batch are of one day, and a date takes longer to write than a time of day. */
let lastDay = Number.NaN;
let lastDate = '';

/** @param ms since 1970, of a year of four digits */
function dateText(ms: number, suffix: '' | 'Z'): string {
  const day = Math.floor(ms / DAY_MS);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(ms).toISOString().slice(0, 11);
  }
  const clock = ms - day * DAY_MS;
  const seconds = Math.floor(clock / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const [hour, minute] = [TWO_DIGITS[hours], TWO_DIGITS[minutes - hours * 60]];
  const second = TWO_DIGITS[seconds - minutes * 60];
  return `${lastDate}${hour}:${minute}:${second}.${THREE_DIGITS[clock - seconds * 1000]}${suffix}`;
}

const MICROS = 1_000_000n;
/** The calendar repeats after 400 years. */
const CYCLE_SECONDS = 146_097 * 86_400;

/** @param micros since 1970, within PostgreSQL's range and after the year 0 */
function isoText(micros: bigint): string {
  const fraction = ((micros % MICROS) + MICROS) % MICROS;
  const seconds = Number((micros - fraction) / MICROS);
  const beyond = Math.max(0, seconds - Math.floor(LAST_PLAIN_MS / 1000));
  const cycles = Math.ceil(beyond / CYCLE_SECONDS);
  const plain = new Date((seconds - cycles * CYCLE_SECONDS) * 1000).toISOString();
  const year = String(Number(plain.slice(0, 4)) + 400 * cycles).padStart(4, '0');
  const decimals = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`;
  return `${year}${plain.slice(4, 19)}${decimals}`;
}
