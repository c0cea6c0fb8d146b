import type { ColumnSpec } from '../../definition/column.ts';
import { exactNumber } from '../../definition/exact-json.ts';
import type { Options, TypeName } from '../../definition/types/all.ts';
import type { Epoch } from '../../definition/types/epoch.ts';
import type { Dice } from './dice.ts';

/** A value as JSON has it; bytes for `bytea`, which are written where they are put. Null where none is known. */
type Make = (number: bigint, options: Options, dice: Dice) => unknown;

/** 2025-10-22 00:00 UTC, and how far after it times go. */
const SINCE_MS = 1_761_091_200_000n;
const SPAN_MS = 100_000_000_000n;
const FIRST_DAY_MS = -62_135_596_800_000;
const DAY_MS = 86_400_000;

/** What is easily taken for something else, and what takes more than a byte. */
const WORDS = ['Order', 'Доставлено ✅', '発送 📦', 'null', '\\N', 'a\tb\nc', '"quoted", {it\'s}'];

const MAKERS: Readonly<Record<Exclude<TypeName, 'rest' | 'whole'>, Make>> = {
  text: (number, { min, max }, dice) => text(number, dice, min, max),
  varchar: (number, { length }, dice) => text(number, dice, 0, length),
  uuid: (number) => {
    const hex = number.toString(16).padStart(32, '0');
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20]].map((at) => hex.slice(...at)).join('-');
  },
  boolean: (number) => number % 2n === 0n,
  smallint: (number) => Number(number % 2n ** 15n),
  integer: (number) => Number(number % 2n ** 31n),
  bigint: (number) => exactNumber(String(number % 2n ** 63n)),
  numeric: (number, options) => exactNumber(decimal(number, options)),
  real: (number) => Number(number % 2n ** 24n),
  doublePrecision: (number) => Number(number % 2n ** 50n) / 8,
  timestamptz: (number, { epoch }, dice) =>
    epoch ? sinceEpoch(number, epoch) : withOffset(number, dice),
  timestamp: (number, { epoch }) =>
    epoch ? sinceEpoch(number, epoch) : iso(msOf(number)).slice(0, -1),
  date: (number) => iso(FIRST_DAY_MS + Number(number % 3_650_000n) * DAY_MS).slice(0, 10),
  time: (number) => `${iso(Number(number % BigInt(DAY_MS))).slice(11, -1)}`,
  interval: (number) => `P1M2DT${number % 1_000_000_000n}S`,
  json,
  jsonb: json,
  bytea: (number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(number % 2n ** 64n);
    return bytes;
  },
  inet: (number) => `10.${[16n, 8n, 0n].map((bits) => (number >> bits) & 255n).join('.')}`,
  enum: (number, { values }) => values?.[Number(number % BigInt(values.length))] ?? null,
  custom: (number, { name = '' }) => CUSTOM[name.toLowerCase()]?.(number) ?? null,
};

/** Types of PostgreSQL and of its extensions that people have. */
const CUSTOM: Readonly<Record<string, (number: bigint) => string>> = {
  citext: (number) => `Text ${number}`,
  ltree: (number) => `Top.Sample_${number}`,
  macaddr: (number) =>
    (number % 2n ** 48n)
      .toString(16)
      .padStart(12, '0')
      .replace(/..(?!$)/g, '$&:'),
  cidr: (number) => `10.${(number >> 8n) & 255n}.${number & 255n}.0/24`,
  xml: (number) => `<sample>${number}</sample>`,
};

/**
 * Makes a value of a column's type.
 *
 * @param number other ones make other values, as far as the type has them
 * @returns null where none is known: of a custom type, or of an enum whose values are not
 */
export function sampleOf(spec: ColumnSpec, number: bigint, dice: Dice): unknown {
  if (spec.type === 'rest' || spec.type === 'whole') return null;
  const make = MAKERS[spec.type];
  const one = make(number, spec as Options, dice);
  if (one === null || !spec.array) return one;
  // The first makes an array as different as its element is.
  const more = Array.from({ length: dice.below(3) }, () =>
    dice.below(4) === 0 ? null : make(dice.large(), spec as Options, dice),
  );
  let array: unknown[] = [one, ...more].map((element) => inJson(element, spec));
  for (let dimension = 1; dimension < spec.array; dimension += 1) array = [array, array];
  return array;
}

/** A value as JSON holds it. */
export function inJson(value: unknown, { encoding }: ColumnSpec): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value).toString(encoding === 'hex' ? 'hex' : 'base64');
}

/** The number stands at the end, so that texts that are cut differ too. */
function text(number: bigint, dice: Dice, min = 0, max = 10_485_760): string {
  const whole = `${dice.pick(WORDS)} ${number.toString(36)}`;
  if (min <= 1 && whole.length <= max) return whole;
  const cut = max === 0 ? [] : Array.from(whole).slice(-max);
  return 'x'.repeat(Math.max(0, min - cut.length)) + cut.join('');
}

/** The number's last digits, as many as there may be. Without a precision, with more decimals than a double has. */
function decimal(number: bigint, { precision, scale = 0 }: Options): string {
  if (precision === undefined) return `${number}.000000000000000000001234567891`;
  const digits = String(number % 10n ** BigInt(precision));
  if (scale <= 0) return `${digits}e${-scale}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function json(number: bigint): unknown {
  return {
    number: exactNumber(String(number)),
    price: exactNumber('0.123456789012345678901234567891'),
    lines: [{ sku: 'A-1', tags: ['\\N', null, ''] }, [], true],
  };
}

const msOf = (number: bigint) => Number(SINCE_MS + (number % SPAN_MS));
const iso = (ms: number) => new Date(ms).toISOString();

function withOffset(number: bigint, dice: Dice): string {
  const ms = msOf(number);
  if (dice.below(3) > 0) return iso(ms);
  return iso(ms + 2 * 3_600_000).replace('Z', '456+02:00');
}

const PER_MS: Readonly<Record<Exclude<Epoch, 's'>, bigint>> = { ms: 1n, us: 1000n, ns: 1_000_000n };

function sinceEpoch(number: bigint, unit: Epoch): unknown {
  // Seconds are counted, so that each number makes another time.
  if (unit === 's') return Number(SINCE_MS / 1000n + (number % (SPAN_MS / 1000n)));
  return inEpoch(SINCE_MS + (number % SPAN_MS), unit);
}

/** @param ms since 1970 @returns as many of the unit, whole ones, as JSON holds them exactly */
export function inEpoch(ms: bigint, unit: Epoch): unknown {
  return unit === 's' ? Number(ms / 1000n) : exactNumber(String(ms * PER_MS[unit]));
}
