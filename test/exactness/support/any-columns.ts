import fc from 'fast-check';
import type { Column } from '../../../src/definition/column.ts';
import {
  bigint,
  boolean,
  bytea,
  date,
  doublePrecision,
  integer,
  json,
  jsonb,
  numeric,
  pgEnum,
  smallint,
  text,
  timestamptz,
  uuid,
  varchar,
} from '../../../src/definition/columns.ts';
import { text as anyText } from '../../support/rows.ts';
import { canonicalJson, decimal } from './decimal.ts';

/** A value as it is sent, and in the one form that all equal values have. */
export interface AnyValue {
  readonly json: string;
  readonly canonical: string;
}

/** A type of columns with values that it takes. */
export interface AnyType {
  readonly column: Column;
  /** As CREATE TABLE says it. */
  readonly sql: string;
  readonly value: fc.Arbitrary<AnyValue>;
  /** Brings what PostgreSQL shows to the canonical form. */
  readonly read: (shown: string) => string;
  /** Whether PostgreSQL shows it best as JSON. */
  readonly asJson?: true;
}

const same = (shown: string) => shown;

/** The names of an enum and its labels that must be quoted. */
export const ENUM = "CREATE TYPE \"a \"\"Mood\"\"\" AS ENUM ('it''s \"ok\"', 'a\\b', 'null', 'Ü')";
const LABELS = ['it\'s "ok"', 'a\\b', 'null', 'Ü'];

const jsonText = (value: string): AnyValue => ({ json: JSON.stringify(value), canonical: value });
/** Every character as an escape: the same text. */
const escaped = (value: string): AnyValue => ({
  json: `"${value.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`,
  canonical: value,
});
const texts = (of: fc.Arbitrary<string>) =>
  fc.oneof(
    of.map(jsonText),
    of.map(escaped),
    fc.constantFrom('', 'null', '\\N', '\\.').map(jsonText),
  );

const digits = (most: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: most }).map((all) => all.join(''));

/** Decimals in all forms of JSON, and as strings. */
function decimals(whole: number, fraction: number): fc.Arbitrary<AnyValue> {
  const forms = fc.constantFrom('plain', 'exponent', 'string');
  return fc
    .tuple(fc.boolean(), digits(whole), digits(fraction), forms)
    .map(([negative, before, after, form]) => {
      const sign = negative ? '-' : '';
      const units = before.replace(/^0+/, '') || '0';
      const plain = `${sign}${units}${after === '' ? '' : `.${after}`}`;
      const shifted = `${sign}${`${before}${after}`.replace(/^0+/, '') || '0'}E-${after.length}`;
      const texts = { plain, exponent: shifted, string: `"${plain}"` };
      return { json: texts[form as keyof typeof texts], canonical: decimal(plain) };
    });
}

const whole = (min: bigint, max: bigint): fc.Arbitrary<AnyValue> =>
  fc.tuple(fc.bigInt({ min, max }), fc.boolean()).map(([value, quoted]) => ({
    json: quoted ? `"${value}"` : `${value}`,
    canonical: `${value}`,
  }));

const uuids = fc
  .uuid()
  .chain((value) => fc.constantFrom(value, value.toUpperCase()))
  .map((value) => ({ json: `"${value}"`, canonical: value.toLowerCase() }));

/** From the year 101 to 9890, to the microsecond, at any offset. */
const times = fc
  .tuple(
    fc.integer({ min: -58_979_923_200_000, max: 249_910_000_000_000 }),
    fc.integer({ min: 0, max: 999 }),
    fc.integer({ min: -15 * 60, max: 15 * 60 }),
  )
  .map(([ms, micros, offset]) => {
    const sign = offset < 0 ? '-' : '+';
    const two = (number: number) => String(number).padStart(2, '0');
    const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
    const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
    const three = String(micros).padStart(3, '0');
    return {
      json: `"${local}${three}${sign}${two(hours)}:${two(minutes)}"`,
      canonical: `${new Date(ms).toISOString().slice(0, -1)}${three}`,
    };
  });

/** As {@link times} writes them. */
function readTime(shown: string): string {
  const [, day, clock, fraction = ''] = /^(\S+) ([\d:]+)(?:\.(\d+))?\+00$/.exec(shown) ?? [];
  return `${day}T${clock}.${fraction.padEnd(6, '0')}`;
}

/** As text, so that numbers can have any digits. */
const jsonValues: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom('null', 'true', 'false', '[]', '{}', '"null"', '"\\\\N"', '1e400', '-0'),
    anyText.map((value) => JSON.stringify(value)),
    decimals(30, 30).map(({ json: written }) => written),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => `[ ${all.join(' , ')}]`),
    fc
      .uniqueArray(fc.tuple(fc.oneof(anyText, fc.constant('__proto__')), tie('value')), {
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map(
        (all) => `{${all.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(',')}}`,
      ),
  ),
})).value;

const ANY_JSON: fc.Arbitrary<AnyValue> = jsonValues
  // Null is NULL in a nullable column.
  .filter((written) => written !== 'null')
  .map((written) => ({ json: written, canonical: canonicalJson(written) }));

const arrays = (of: fc.Arbitrary<AnyValue>): fc.Arbitrary<AnyValue> =>
  fc
    .array(
      fc.option(
        of.map((value) => value.json),
        { nil: 'null' },
      ),
      { maxLength: 4 },
    )
    .map((all) => {
      const written = `[${all.join(',')}]`;
      return { json: written, canonical: canonicalJson(written) };
    });

/** Types whose equal values PostgreSQL shows as one text: a key of them is there once. */
export const KEY_TYPES: readonly AnyType[] = [
  { column: text(), sql: 'text', value: texts(anyText), read: same },
  // Alike when they are joined.
  {
    column: text(),
    sql: 'text',
    value: fc.constantFrom('', '1', '11', ':', '1:1', '0:').map(jsonText),
    read: same,
  },
  { column: bigint(), sql: 'bigint', value: whole(-(2n ** 63n), 2n ** 63n - 1n), read: same },
  {
    column: bigint(),
    sql: 'bigint',
    value: whole(2n ** 53n - 2n, 2n ** 53n + 3n),
    read: same,
  },
  { column: integer(), sql: 'integer', value: whole(-(2n ** 31n), 2n ** 31n - 1n), read: same },
  { column: smallint(), sql: 'smallint', value: whole(-32768n, 32767n), read: same },
  { column: uuid(), sql: 'uuid', value: uuids, read: same },
  {
    column: boolean(),
    sql: 'boolean',
    value: fc.boolean().map((value) => ({ json: `${value}`, canonical: `${value}` })),
    read: same,
  },
  { column: numeric(), sql: 'numeric', value: decimals(40, 40), read: decimal },
  { column: timestamptz(), sql: 'timestamptz', value: times, read: readTime },
  {
    column: date(),
    sql: 'date',
    value: fc
      .integer({ min: -680_000, max: 2_890_000 })
      .map((day) => jsonText(new Date(day * 86_400_000).toISOString().slice(0, 10))),
    read: same,
  },
  {
    column: bytea(),
    sql: 'bytea',
    value: fc.uint8Array({ maxLength: 20 }).map((bytes) => ({
      json: `"${Buffer.from(bytes).toString('base64')}"`,
      canonical: `\\x${Buffer.from(bytes).toString('hex')}`,
    })),
    read: same,
  },
];

export const TYPES: readonly AnyType[] = [
  ...KEY_TYPES,
  {
    column: varchar({ length: 30 }),
    sql: 'varchar(30)',
    value: texts(anyText.filter((value) => [...value].length <= 30)),
    read: same,
  },
  {
    column: numeric({ precision: 20, scale: 10 }),
    sql: 'numeric(20,10)',
    value: decimals(10, 10),
    read: decimal,
  },
  {
    column: doublePrecision(),
    sql: 'double precision',
    value: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Object.is(value, -0) ? '-0' : String(value)))
      .map((written) => ({ json: written, canonical: written })),
    read: (shown) => (shown === '-0' ? shown : String(Number(shown))),
  },
  {
    column: pgEnum('"a ""Mood"""'),
    sql: '"a ""Mood"""',
    value: fc.constantFrom(...LABELS).map(jsonText),
    read: same,
  },
  { column: json(), sql: 'json', value: jsonValues.map(asWritten), read: same },
  { column: jsonb(), sql: 'jsonb', value: ANY_JSON, read: canonicalJson },
  {
    column: text().array(),
    sql: 'text[]',
    value: arrays(texts(anyText)),
    ...{ read: canonicalJson, asJson: true },
  },
  {
    column: bigint().array(),
    sql: 'bigint[]',
    value: arrays(
      fc
        .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        .map((value) => ({ json: `${value}`, canonical: `${value}` })),
    ),
    ...{ read: canonicalJson, asJson: true },
  },
];

/** Any value but null, whose text stays as it is. */
function asWritten(written: string): AnyValue {
  const value = written === 'null' ? '[null ]' : written;
  return { json: value, canonical: value };
}
