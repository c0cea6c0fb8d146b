/**
 * Forms of ISO 8601 that PostgreSQL reads as the same value under every DateStyle. Left out is what it shifts: `:60` and
 * `24:00` become another minute and another day.
 */

const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const ANY_DATE = [
  '\\d{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])',
  '\\d{4}-(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)',
  '\\d{4}-02-(?:0[1-9]|1\\d|2[0-8])',
  `${LEAP_YEAR}-02-29`,
].join('|');

/** Years 0001 to 9999: PostgreSQL has no year 0. */
export const DATE = `(?!0000)(?:${ANY_DATE})`;

/** Seconds may be left out. @param fraction of their digits after the point, such as `{1,6}` */
export const clock = (fraction: string) =>
  `(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d${fraction})?)?`;

/** Minutes and colon may be left out. PostgreSQL takes 15:59 at most, and refuses more by its own SQLSTATE, 22009. */
export const OFFSET = '(?:Z|[+-](?:[01]\\d|2[0-3])(?::?[0-5]\\d)?)';

const LONG_FRACTION = /\.(\d{6})(\d+)/;
/** PostgreSQL rounds the fraction as a double, which has no more digits. */
const DOUBLE_DIGITS = 17;

/**
 * Cuts what a microsecond does not hold off a time with a longer fraction.
 *
 * @param round whether PostgreSQL may round it
 * @returns null when that would change the time
 */
export function withoutExcess(text: string, round: boolean): string | null {
  const [, micros = '', excess = ''] = LONG_FRACTION.exec(text) ?? [];
  if (/^0+$/.test(excess)) return text.replace(LONG_FRACTION, `.${micros}`);
  const digits = (micros + excess).slice(0, DOUBLE_DIGITS);
  return round ? text.replace(LONG_FRACTION, `.${digits}`) : null;
}
