import type { Column } from '../../../src/definition/column.ts';
import {
  bigint,
  boolean,
  bytea,
  custom,
  date,
  doublePrecision,
  inet,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  real,
  smallint,
  text,
  time,
  timestamp,
  timestamptz,
  uuid,
  varchar,
} from '../../../src/definition/columns.ts';

/** What a type makes of values. */
export interface TypeCases {
  readonly name: string;
  readonly column: Column;
  /**
   * The value in JSON; the text that the sink writes; and what PostgreSQL shows of what it stored, in UTC, in the styles
   * ISO and iso_8601, when that is another text. Null is NULL.
   */
  readonly taken: readonly (readonly [json: string, text: string | null, shown?: string])[];
  /** The value in JSON, and the issue. */
  readonly rejected: readonly (readonly [json: string, message: string])[];
}

const LONE = 'holds a lone surrogate or U+0000, which PostgreSQL text cannot store';
const LONE_JSON = 'holds a lone surrogate or U+0000, which PostgreSQL jsonb cannot store';
const ROUNDS = 'which the column would round; round: true in the definition allows that';
const TOO_FINE = `finer than a microsecond, ${ROUNDS}`;
const NULL = 'null, and the column is not nullable';
const NO_TIME = 'not an ISO 8601 time with an offset';
const NO_SUCH_DATE = 'the calendar has no such date';
const NO_SUCH_CLOCK = 'hours must be 00 to 23, minutes and seconds 00 to 59';
const YEARS = 'not within the years 1 to 294276';
const THIRTY = '0.123456789012345678901234567891';

const zeros = (count: number) => '0'.repeat(count);
export const TOO_DEEP = 'nested more than 2,000 levels deep';
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Strings that are easily taken for something else. */
const STRINGS: TypeCases['taken'] = [
  ['""', ''],
  ['"null"', 'null'],
  ['"NULL"', 'NULL'],
  ['"\\\\N"', '\\N'],
  ['"a\\\\b\\tc\\nd\\re"', 'a\\b\tc\nd\re'],
  ['"\\u0001\\uFFFF\\uFEFF"', '\u0001\uffff\ufeff'],
  ['"😀 e\u0301 \\ud83d\\ude00"', '😀 e\u0301 😀'],
  ['" \'quoted\\" {,} "', ' \'quoted" {,} '],
  ['"\\\\."', '\\.'],
];

export const CASES: readonly TypeCases[] = [
  {
    name: 'text',
    column: text(),
    taken: STRINGS,
    rejected: [
      ['1', 'not a string'],
      ['true', 'not a string'],
      ['null', NULL],
      ['{}', 'not a string'],
      ['["a"]', 'not a string'],
      ['"a\\u0000b"', LONE],
      ['"\\ud83d"', LONE],
      ['"\\ude00\\ud83d"', LONE],
    ],
  },
  {
    name: 'text of a length',
    column: text({ min: 2, max: 3 }),
    taken: [
      ['"ab"', 'ab'],
      ['"😀😀"', '😀😀'],
      ['"😀😀😀"', '😀😀😀'],
    ],
    rejected: [
      ['"a"', 'not 2 to 3 characters long'],
      ['"😀"', 'not 2 to 3 characters long'],
      ['"abcd"', 'not 2 to 3 characters long'],
      ['"😀😀😀😀"', 'not 2 to 3 characters long'],
      ['"😀😀ab"', 'not 2 to 3 characters long'],
    ],
  },
  {
    name: 'text that is not empty',
    column: text({ min: 1 }),
    taken: [['"a"', 'a']],
    rejected: [['""', 'shorter than 1 characters']],
  },
  {
    name: 'text by coercion',
    column: text({ coerce: true }),
    taken: [
      ['"a"', 'a'],
      ['1.5', '1.5'],
      ['-12345678901234567890.5', '-12345678901234567890.5'],
      ['1e400', '1e400'],
      ['true', 'true'],
      ['false', 'false'],
    ],
    rejected: [
      ['null', NULL],
      ['{}', 'not a string'],
      ['[1]', 'not a string'],
    ],
  },
  {
    name: 'varchar',
    column: varchar({ length: 2 }),
    taken: [
      ['""', ''],
      ['"ab"', 'ab'],
      ['"😀😀"', '😀😀'],
      ['" "', ' '],
    ],
    rejected: [
      ['"abc"', 'longer than 2 characters'],
      ['"ab "', 'longer than 2 characters'],
      ['1', 'not a string'],
    ],
  },
  {
    name: 'uuid',
    column: uuid(),
    taken: [
      ['"7C9E6679-7425-40DE-944B-E07FC1F90AE7"', '7c9e6679-7425-40de-944b-e07fc1f90ae7'],
      ['"ffffffff-ffff-ffff-ffff-ffffffffffff"', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ],
    rejected: [
      ['"7c9e6679742540de944be07fc1f90ae7"', 'not a UUID'],
      ['"{7c9e6679-7425-40de-944b-e07fc1f90ae7}"', 'not a UUID'],
      ['"7c9e6679-7425-40de-944b-e07fc1f90ae7\\n"', 'not a UUID'],
      ['null', NULL],
    ],
  },
  {
    name: 'boolean',
    column: boolean(),
    taken: [
      ['true', 'true'],
      ['false', 'false'],
    ],
    rejected: [
      ['"true"', 'not true or false'],
      ['1', 'not true or false'],
      ['0', 'not true or false'],
      ['null', NULL],
    ],
  },
  {
    name: 'boolean by coercion',
    column: boolean({ coerce: true }),
    taken: [
      ['true', 'true'],
      ['"True"', 'true'],
      ['"false"', 'false'],
      ['1', 'true'],
      ['0', 'false'],
      ['"1"', 'true'],
    ],
    rejected: [
      ['2', 'not true or false'],
      ['"yes"', 'not true or false'],
      ['{}', 'not true or false'],
    ],
  },
  {
    name: 'smallint',
    column: smallint(),
    taken: [
      ['-32768', '-32768'],
      ['32767', '32767'],
      ['"32767"', '32767'],
    ],
    rejected: [
      ['32768', 'not within -32768 to 32767'],
      ['-32769', 'not within -32768 to 32767'],
      ['"32768"', 'not within -32768 to 32767'],
    ],
  },
  {
    name: 'integer',
    column: integer(),
    taken: [
      ['0', '0'],
      ['-0', '0'],
      ['1.0', '1'],
      ['1e2', '100'],
      ['1200e-2', '12'],
      ['-2147483648', '-2147483648'],
      ['2147483647', '2147483647'],
      ['"-5"', '-5'],
      ['"-0"', '0'],
      ['1.00000000000000000000', '1'],
    ],
    rejected: [
      ['1.5', 'not a whole number'],
      ['1e-2', 'not a whole number'],
      ['1.00000000000000000001', 'not a whole number'],
      ['2147483648', 'not within -2147483648 to 2147483647'],
      ['-2147483649', 'not within -2147483648 to 2147483647'],
      ['1e400', 'not within -2147483648 to 2147483647'],
      ['"1.0"', 'not a whole number'],
      ['"007"', 'not a whole number'],
      ['"+1"', 'not a whole number'],
      ['" 1"', 'not a whole number'],
      ['""', 'not a whole number'],
      ['"NaN"', 'not a whole number'],
      ['true', 'not a whole number'],
      ['{}', 'not a whole number'],
      ['[1]', 'not a whole number'],
    ],
  },
  {
    name: 'integer by coercion',
    column: integer({ coerce: true }),
    taken: [
      ['"+7"', '7'],
      ['"007"', '7'],
      ['"1.0"', '1'],
      ['"1e2"', '100'],
    ],
    rejected: [
      ['"1.5"', 'not a whole number'],
      ['"seven"', 'not a whole number'],
      ['true', 'not a whole number'],
    ],
  },
  {
    name: 'bigint',
    column: bigint(),
    taken: [
      ['9007199254740991', '9007199254740991'],
      ['9007199254740993', '9007199254740993'],
      ['-9007199254740993', '-9007199254740993'],
      ['9223372036854775807', '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808'],
      ['"9223372036854775807"', '9223372036854775807'],
      ['9007199254740993.0', '9007199254740993'],
      ['9007199254740993e2', '900719925474099300'],
    ],
    rejected: [
      ['9223372036854775808', 'not within -9223372036854775808 to 9223372036854775807'],
      ['-9223372036854775809', 'not within -9223372036854775808 to 9223372036854775807'],
      ['10000000000000000000', 'not within -9223372036854775808 to 9223372036854775807'],
      ['"9223372036854775808"', 'not within -9223372036854775808 to 9223372036854775807'],
      ['9007199254740993.5', 'not a whole number'],
      [THIRTY, 'not a whole number'],
      ['1e400', 'not within -9223372036854775808 to 9223372036854775807'],
    ],
  },
  {
    name: 'numeric',
    column: numeric(),
    taken: [
      ['0', '0'],
      ['-0', '0'],
      ['-0.0', '0', '0'],
      ['1.50', '1.5'],
      ['0.30000000000000004', '0.30000000000000004'],
      ['9007199254740993', '9007199254740993'],
      [THIRTY, THIRTY],
      [`-${THIRTY}`, `-${THIRTY}`],
      [`"${THIRTY}"`, THIRTY],
      ['123456789012345678901234567890.5', '123456789012345678901234567890.5'],
      ['1e400', '1e400', `1${zeros(400)}`],
      ['1.5E+2', '15e1', '150'],
      ['1e-7', '1e-7', '0.0000001'],
      ['0.0000001', '1e-7', '0.0000001'],
      ['0e999999999999', '0'],
      ['"NaN"', 'NaN'],
      ['"Infinity"', 'Infinity'],
      ['"-Infinity"', '-Infinity'],
      ['1e131071', '1e131071', `1${zeros(131_071)}`],
      ['1e-16383', '1e-16383', `0.${zeros(16_382)}1`],
      [`0.5${zeros(20_000)}`, '5e-1', '0.5'],
    ],
    rejected: [
      ['1e131072', 'more than 131072 digits before the point'],
      ['1e-16384', `more than 16383 decimals, ${ROUNDS}`],
      ['1e999999999999', 'more than 131072 digits before the point'],
      ['"1,5"', 'not a number'],
      ['"+1"', 'not a number'],
      ['"01"', 'not a number'],
      ['""', 'not a number'],
      ['"nan"', 'not a number'],
      ['"0x10"', 'not a number'],
      ['true', 'not a number'],
      ['null', NULL],
      ['{"rawJSON":"1"}', 'not a number'],
    ],
  },
  {
    name: 'numeric with a scale',
    column: numeric({ precision: 12, scale: 2 }),
    taken: [
      ['0', '0', '0.00'],
      ['1', '1', '1.00'],
      ['-1.5', '-1.5', '-1.50'],
      ['0.29', '0.29'],
      ['9999999999', '9999999999', '9999999999.00'],
      ['9999999999.99', '9999999999.99'],
      ['1.230000000000000000', '1.230000000000000000', '1.23'],
      ['"1.2300"', '1.2300', '1.23'],
      ['123e-2', '123e-2', '1.23'],
      ['"NaN"', 'NaN'],
    ],
    rejected: [
      ['0.30000000000000004', `more than 2 decimals, ${ROUNDS}`],
      ['0.001', `more than 2 decimals, ${ROUNDS}`],
      ['1e-3', `more than 2 decimals, ${ROUNDS}`],
      ['10000000000', 'more than 10 digits before the point'],
      ['-10000000000', 'more than 10 digits before the point'],
      ['1e10', 'more than 10 digits before the point'],
      ['"10000000000.01"', 'more than 10 digits before the point'],
      ['"Infinity"', 'more than 10 digits before the point'],
    ],
  },
  {
    name: 'numeric that is rounded',
    column: numeric({ precision: 5, scale: 2, round: true }),
    taken: [
      ['0.30000000000000004', '3e-1', '0.30'],
      ['0.005', '1e-2', '0.01'],
      ['-0.005', '-1e-2', '-0.01'],
      ['0.0049999999999999999999', '0', '0.00'],
      ['0.0001', '0', '0.00'],
      ['999.994', '99999e-2', '999.99'],
      ['1.5', '1.5', '1.50'],
      ['9.999', '1e1', '10.00'],
    ],
    rejected: [
      ['999.995', 'more than 3 digits before the point'],
      ['1000', 'more than 3 digits before the point'],
    ],
  },
  {
    name: 'numeric with a precision alone',
    column: numeric({ precision: 3 }),
    taken: [['999', '999']],
    rejected: [
      ['1.5', `more than 0 decimals, ${ROUNDS}`],
      ['1000', 'more than 3 digits before the point'],
    ],
  },
  {
    name: 'numeric with a scale beyond its precision',
    column: numeric({ precision: 2, scale: 4 }),
    taken: [
      ['0', '0', '0.0000'],
      ['0.0099', '0.0099'],
    ],
    rejected: [
      ['0.01', 'more than -2 digits before the point'],
      ['1', 'more than -2 digits before the point'],
    ],
  },
  {
    name: 'numeric of hundreds',
    column: numeric({ precision: 2, scale: -2 }),
    taken: [
      ['0', '0'],
      ['9900', '9900'],
    ],
    rejected: [
      ['150', `more than -2 decimals, ${ROUNDS}`],
      ['10000', 'more than 4 digits before the point'],
    ],
  },
  {
    name: 'numeric by coercion',
    column: numeric({ coerce: true }),
    taken: [
      ['"+1.50"', '15e-1', '1.5'],
      ['"01"', '01', '1'],
    ],
    rejected: [['"one"', 'not a number']],
  },
  {
    name: 'real',
    column: real(),
    taken: [
      ['0.1', '0.1'],
      ['-0', '-0'],
      ['16777217', '16777217', '1.6777216e+07'],
      ['0.123456789012345678', '0.123456789012345678', '0.12345679'],
      ['3.4028235e38', '3.4028235e38', '3.4028235e+38'],
      ['1e-45', '1e-45', '1e-45'],
      ['"NaN"', 'NaN'],
      ['"-Infinity"', '-Infinity'],
      ['"1.5"', '1.5'],
    ],
    rejected: [
      ['3.4028236e38', 'out of range'],
      ['1e-46', 'out of range'],
      ['1e400', 'out of range'],
      ['"inf"', 'not a number'],
      ['true', 'not a number'],
    ],
  },
  {
    name: 'double precision',
    column: doublePrecision(),
    taken: [
      ['0.1', '0.1'],
      ['-0', '-0'],
      ['-0.0', '-0', '-0'],
      ['0.30000000000000004', '0.30000000000000004'],
      ['9007199254740993', '9007199254740993', '9.007199254740992e+15'],
      ['1e308', '1e308', '1e+308'],
      ['5e-324', '5e-324'],
      ['0e-400', '0e-400', '0'],
      ['"Infinity"', 'Infinity'],
    ],
    rejected: [
      ['1e400', 'out of range'],
      ['-1e400', 'out of range'],
      ['1e-400', 'out of range'],
      ['"1,5"', 'not a number'],
      ['null', NULL],
    ],
  },
  {
    name: 'timestamptz',
    column: timestamptz(),
    taken: [
      ['"2025-10-22T10:00:00Z"', '2025-10-22T10:00:00Z', '2025-10-22 10:00:00+00'],
      ['"2025-10-22T10:00+05:45"', '2025-10-22T10:00+05:45', '2025-10-22 04:15:00+00'],
      ['"2025-03-04T10:00:00.5-0330"', '2025-03-04T10:00:00.5-0330', '2025-03-04 13:30:00.5+00'],
      ['"2025-03-04T10:00:00+15"', '2025-03-04T10:00:00+15', '2025-03-03 19:00:00+00'],
      [
        '"2025-03-04T10:00:00.123456-15:59"',
        '2025-03-04T10:00:00.123456-15:59',
        '2025-03-05 01:59:00.123456+00',
      ],
      [
        `"2025-03-04T10:00:00.123456${zeros(300)}Z"`,
        '2025-03-04T10:00:00.123456Z',
        '2025-03-04 10:00:00.123456+00',
      ],
      ['"0001-02-03T00:00:00Z"', '0001-02-03T00:00:00Z', '0001-02-03 00:00:00+00'],
      [
        '"9999-12-31T23:59:59.999999Z"',
        '9999-12-31T23:59:59.999999Z',
        '9999-12-31 23:59:59.999999+00',
      ],
      ['"2024-02-29T00:00:00-00:00"', '2024-02-29T00:00:00-00:00', '2024-02-29 00:00:00+00'],
    ],
    rejected: [
      ['"2025-10-22T10:00:00.123456789Z"', TOO_FINE],
      ['"2025-10-22T10:00:00.0000001Z"', TOO_FINE],
      ['"2025-10-22T10:00:60Z"', `${NO_TIME}: ${NO_SUCH_CLOCK}`],
      ['"2025-10-22T24:00:00Z"', `${NO_TIME}: ${NO_SUCH_CLOCK}`],
      [
        '"2025-10-22T10:00:00+24:00"',
        `${NO_TIME}: its offset must be Z, or be written as +02:00 is`,
      ],
      ['"2025-10-22T10:00:00"', `${NO_TIME}: it has no offset, such as Z or +02:00`],
      ['"2025-10-22 10:00:00Z"', `${NO_TIME}: a T must be between date and time of day`],
      ['"0000-01-01T00:00:00Z"', `${NO_TIME}: ${NO_SUCH_DATE}`],
      ['"-0001-01-01T00:00:00Z"', NO_TIME],
      ['"+010000-01-01T00:00:00Z"', NO_TIME],
      ['"2025-02-29T00:00:00Z"', `${NO_TIME}: ${NO_SUCH_DATE}`],
      ['"22/10/2025"', NO_TIME],
      ['"now"', NO_TIME],
      ['"infinity"', NO_TIME],
      [
        '1761127200000',
        `${NO_TIME}: it is a number, which needs its unit in the definition, as epoch: 'ms'`,
      ],
      ['"2025-10-22"', `${NO_TIME}: it has no time of day`],
      ['"10:00:00Z"', `${NO_TIME}: it has no date`],
      ['"2025-10-22t10:00:00Z"', `${NO_TIME}: a T must be between date and time of day`],
      ['"2025-10-22T10:00:00z"', `${NO_TIME}: its offset must be Z, or be written as +02:00 is`],
      ['{}', NO_TIME],
      ['null', NULL],
    ],
  },
  {
    name: 'timestamptz that is rounded',
    column: timestamptz({ round: true }),
    taken: [
      [
        '"2025-10-22T10:00:00.123456789Z"',
        '2025-10-22T10:00:00.123456789Z',
        '2025-10-22 10:00:00.123457+00',
      ],
      ['"2025-12-31T23:59:59.9999999Z"', '2025-12-31T23:59:59.9999999Z', '2026-01-01 00:00:00+00'],
      [
        `"2025-10-22T10:00:00.1${'2'.repeat(300)}Z"`,
        `2025-10-22T10:00:00.1${'2'.repeat(16)}Z`,
        '2025-10-22 10:00:00.122222+00',
      ],
    ],
    rejected: [['"2025-10-22T10:00:60Z"', `${NO_TIME}: ${NO_SUCH_CLOCK}`]],
  },
  {
    name: 'timestamptz of seconds',
    column: timestamptz({ epoch: 's' }),
    taken: [
      ['0', '1970-01-01T00:00:00.000Z', '1970-01-01 00:00:00+00'],
      ['-1', '1969-12-31T23:59:59.000Z', '1969-12-31 23:59:59+00'],
      ['1761127200', '2025-10-22T10:00:00.000Z', '2025-10-22 10:00:00+00'],
      ['1761127200.5', '2025-10-22T10:00:00.500000Z', '2025-10-22 10:00:00.5+00'],
      ['1761127200.123456', '2025-10-22T10:00:00.123456Z', '2025-10-22 10:00:00.123456+00'],
      ['-0.000001', '1969-12-31T23:59:59.999999Z', '1969-12-31 23:59:59.999999+00'],
      ['-62135596800', '0001-01-01T00:00:00.000Z', '0001-01-01 00:00:00+00'],
      ['253402300799', '9999-12-31T23:59:59.000Z', '9999-12-31 23:59:59+00'],
      ['253402300800', '10000-01-01T00:00:00Z', '10000-01-01 00:00:00+00'],
      ['9224318015999', '294276-12-31T23:59:59Z', '294276-12-31 23:59:59+00'],
      ['"1761127200"', '2025-10-22T10:00:00Z', '2025-10-22 10:00:00+00'],
    ],
    rejected: [
      ['1761127200.1234567', TOO_FINE],
      ['-62135596801', YEARS],
      ['9224318016000', YEARS],
      ['1e400', YEARS],
      ['"2025-10-22T10:00:00Z"', 'not a number of seconds since 1970'],
      ['true', 'not a number of seconds since 1970'],
    ],
  },
  {
    name: 'timestamptz of milliseconds',
    column: timestamptz({ epoch: 'ms' }),
    taken: [
      ['1761127200123', '2025-10-22T10:00:00.123Z', '2025-10-22 10:00:00.123+00'],
      ['1761127200123.456', '2025-10-22T10:00:00.123456Z', '2025-10-22 10:00:00.123456+00'],
      ['253402300799999', '9999-12-31T23:59:59.999Z', '9999-12-31 23:59:59.999+00'],
      // Microseconds that somebody took for milliseconds.
      ['1761127200123456', '57777-11-24T16:02:03.456000Z', '57777-11-24 16:02:03.456+00'],
      ['8640000000000001', '275760-09-13T00:00:00.001000Z', '275760-09-13 00:00:00.001+00'],
      ['0.0', '1970-01-01T00:00:00.000Z', '1970-01-01 00:00:00+00'],
    ],
    rejected: [
      ['1761127200123.4567', TOO_FINE],
      ['9224318016000000', YEARS],
    ],
  },
  {
    name: 'timestamptz of microseconds',
    column: timestamptz({ epoch: 'us' }),
    taken: [
      ['1761127200123456', '2025-10-22T10:00:00.123456Z', '2025-10-22 10:00:00.123456+00'],
      ['0', '1970-01-01T00:00:00Z', '1970-01-01 00:00:00+00'],
      ['-62135596800000000', '0001-01-01T00:00:00Z', '0001-01-01 00:00:00+00'],
      ['9224318015999999999', '294276-12-31T23:59:59.999999Z', '294276-12-31 23:59:59.999999+00'],
    ],
    rejected: [
      ['1761127200123456.5', TOO_FINE],
      ['-62135596800000001', YEARS],
    ],
  },
  {
    name: 'timestamptz of nanoseconds',
    column: timestamptz({ epoch: 'ns' }),
    taken: [
      ['1761127200123456000', '2025-10-22T10:00:00.123456Z', '2025-10-22 10:00:00.123456+00'],
      ['"1761127200123456000"', '2025-10-22T10:00:00.123456Z', '2025-10-22 10:00:00.123456+00'],
    ],
    rejected: [['1761127200123456789', TOO_FINE]],
  },
  {
    name: 'timestamptz of nanoseconds that are rounded',
    column: timestamptz({ epoch: 'ns', round: true }),
    taken: [
      ['1761127200123456789', '2025-10-22T10:00:00.123457Z', '2025-10-22 10:00:00.123457+00'],
      ['1761127200123456500', '2025-10-22T10:00:00.123457Z', '2025-10-22 10:00:00.123457+00'],
      ['499', '1970-01-01T00:00:00Z', '1970-01-01 00:00:00+00'],
    ],
    rejected: [],
  },
  {
    name: 'timestamp',
    column: timestamp(),
    taken: [
      ['"2025-03-04T10:00:00.123456"', '2025-03-04T10:00:00.123456', '2025-03-04 10:00:00.123456'],
      ['"0001-02-03T04:05"', '0001-02-03T04:05', '0001-02-03 04:05:00'],
    ],
    rejected: [
      ['"2025-03-04T10:00:00Z"', 'not an ISO 8601 time without an offset: it has an offset'],
      ['"2025-03-04T10:00:00.1234567"', TOO_FINE],
    ],
  },
  {
    name: 'timestamp of milliseconds',
    column: timestamp({ epoch: 'ms' }),
    taken: [
      ['1761127200123', '2025-10-22T10:00:00.123', '2025-10-22 10:00:00.123'],
      ['1761127200123456', '57777-11-24T16:02:03.456000', '57777-11-24 16:02:03.456'],
    ],
    rejected: [],
  },
  {
    name: 'date',
    column: date(),
    taken: [
      ['"2025-03-04"', '2025-03-04'],
      ['"0001-02-03"', '0001-02-03'],
      ['"9999-12-31"', '9999-12-31'],
    ],
    rejected: [
      ['"04.03.2025"', 'not a date such as 2025-10-22'],
      ['"2025-02-30"', `not a date such as 2025-10-22: ${NO_SUCH_DATE}`],
      ['"2025-03-04T00:00:00Z"', 'not a date such as 2025-10-22: it has a time of day'],
      ['"today"', 'not a date such as 2025-10-22'],
      ['20151', 'not a date such as 2025-10-22'],
    ],
  },
  {
    name: 'time',
    column: time(),
    taken: [
      ['"09:30"', '09:30', '09:30:00'],
      ['"23:59:59.999999"', '23:59:59.999999'],
    ],
    rejected: [
      ['"24:00"', `not a time of day such as 09:30 or 09:30:00.5: ${NO_SUCH_CLOCK}`],
      ['"23:59:60"', `not a time of day such as 09:30 or 09:30:00.5: ${NO_SUCH_CLOCK}`],
      ['"9:30 PM"', 'not a time of day such as 09:30 or 09:30:00.5'],
      ['"2025-03-04T09:30"', 'not a time of day such as 09:30 or 09:30:00.5: it has a date'],
      ['"09:30Z"', 'not a time of day such as 09:30 or 09:30:00.5: it has an offset'],
      ['"09:30:00.1234567"', TOO_FINE],
    ],
  },
  {
    name: 'interval',
    column: interval(),
    taken: [
      ['"P1Y2M3DT4H5M6.5S"', 'P1Y2M3DT4H5M6.5S'],
      ['"P1M-1DT-1S"', 'P1M-1DT-1S'],
      ['"PT-0.5S"', 'PT-0.5S'],
      ['"P2W"', 'P2W', 'P14D'],
      ['"PT36H"', 'PT36H'],
      ['"PT0S"', 'PT0S'],
      ['"PT1.123456S"', 'PT1.123456S'],
    ],
    rejected: [
      ['"P"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"P1DT"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"PT"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"P0.5D"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"-P1D"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"1 day"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"-1 2:03"', 'not an ISO 8601 duration such as P1DT2H'],
      ['"PT1.1234567S"', TOO_FINE],
    ],
  },
  {
    name: 'json',
    column: json(),
    taken: [
      [
        '{ "a" : 1.50 , "a":[ 1e400, -0 ], "t": "\\u0000" }',
        '{ "a" : 1.50 , "a":[ 1e400, -0 ], "t": "\\u0000" }',
      ],
      ['null', 'null'],
      ['"a\\"]}"', '"a\\"]}"'],
      ['1.50', '1.50'],
      ['[]', '[]'],
    ],
    rejected: [
      [deep(2000), TOO_DEEP],
      [deep(100_000), TOO_DEEP],
    ],
  },
  {
    name: 'jsonb',
    column: jsonb(),
    taken: [
      [
        '{"b":1,"a":[true,null,"x"]}',
        '{"b":1,"a":[true,null,"x"]}',
        '{"a": [true, null, "x"], "b": 1}',
      ],
      ['"null"', '"null"'],
      ['null', 'null'],
      ['[]', '[]'],
      ['{"a":9007199254740993}', '{"a":9007199254740993}', '{"a": 9007199254740993}'],
      [`[${THIRTY}]`, `[${THIRTY}]`],
      ['1e400', '1e400', `1${zeros(400)}`],
      [
        '{"a":[{"b":[[],{}]},[false,0]],"":{"a.b":"\\\\N\\t"}}',
        '{"a":[{"b":[[],{}]},[false,0]],"":{"a.b":"\\\\N\\t"}}',
        '{"": {"a.b": "\\\\N\\t"}, "a": [{"b": [[], {}]}, [false, 0]]}',
      ],
      ['[1e40,-0,-0.5]', '[1e40,0,-0.5]', `[1${zeros(40)}, 0, -0.5]`],
      [
        '{"a":1,"a":12345678901234567890}',
        '{"a":12345678901234567890}',
        '{"a": 12345678901234567890}',
      ],
      ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}', '{"__proto__": {"a": 1}}'],
      ['{"rawJSON":"1"}', '{"rawJSON":"1"}', '{"rawJSON": "1"}'],
      ['"\\\\u0000 \\\\ud800 😀"', '"\\\\u0000 \\\\ud800 😀"'],
      ['"\\ud83d\\ude00"', '"😀"'],
    ],
    rejected: [
      ['{"a":["\\u0000"]}', `.a.0: ${LONE_JSON}`],
      ['{"a":{"b\\u0000":1}}', `.a: ${LONE_JSON}`],
      ['{"ada@example.com":[{"a-b":"\\ud800"}]}', `.*.0.*: ${LONE_JSON}`],
      ['[1e400,"\\\\u0000",[],{"b":"\\u0000"}]', `.3.b: ${LONE_JSON}`],
      ['"\\ud83d"', LONE_JSON],
      ['"\\\\\\ude00"', LONE_JSON],
      [deep(100_000), TOO_DEEP],
    ],
  },
  {
    name: 'bytea of base64',
    column: bytea(),
    taken: [
      ['""', '\\x'],
      ['"AP8="', '\\x00ff'],
      ['"AP8"', '\\x00ff'],
      ['"-_8="', '\\xfbff'],
      ['"+/8="', '\\xfbff'],
    ],
    rejected: [
      ['"A"', 'not base64'],
      ['"AP8=="', 'not base64'],
      ['"A P8="', 'not base64'],
      ['"{}"', 'not base64'],
      ['1', 'not base64'],
    ],
  },
  {
    name: 'bytea of hex',
    column: bytea({ encoding: 'hex' }),
    taken: [
      ['"00Ff"', '\\x00ff'],
      ['"\\\\x00ff"', '\\x00ff'],
      ['""', '\\x'],
    ],
    rejected: [
      ['"0"', 'not hex'],
      ['"0g"', 'not hex'],
      ['null', NULL],
    ],
  },
  {
    name: 'inet',
    column: inet(),
    taken: [
      ['"192.168.0.1"', '192.168.0.1', '192.168.0.1/32'],
      ['"192.168.0.1/24"', '192.168.0.1/24'],
      ['"10.0.0.1/0"', '10.0.0.1/0'],
      ['"2001:DB8::1"', '2001:DB8::1', '2001:db8::1/128'],
      ['"::1/128"', '::1/128'],
    ],
    rejected: [
      ['"10.1"', 'not an IP address'],
      ['"256.0.0.1"', 'not an IP address'],
      ['"10.0.0.1/33"', 'not an IP address'],
      ['"::1/129"', 'not an IP address'],
      ['"10.0.0.1/024"', 'not an IP address'],
      ['"fe80::1%eth0"', 'not an IP address'],
      ['"localhost"', 'not an IP address'],
      ['1', 'not an IP address'],
    ],
  },
  {
    name: 'enum',
    column: pgEnum('mood'),
    taken: [['"happy"', 'happy']],
    rejected: [['1', 'not a string']],
  },
  {
    name: 'enum with values',
    column: pgEnum('mood', ['sad', 'happy']),
    taken: [['"happy"', 'happy']],
    rejected: [
      ['"glad"', 'not one of "sad", "happy"'],
      ['["sad"]', 'not one of "sad", "happy"'],
      ['null', NULL],
    ],
  },
  {
    name: 'custom',
    column: custom('macaddr'),
    taken: [['"08:00:2b:01:02:03"', '08:00:2b:01:02:03']],
    rejected: [['1', 'not a string']],
  },
  {
    name: 'array of text',
    column: text().array(),
    taken: [
      ['[]', '{}'],
      ['["a",null,"NULL",""]', '{"a",NULL,"NULL",""}', '{a,NULL,"NULL",""}'],
      ['["a\\"b\\\\c","{d,e}","\\\\N"]', '{"a\\"b\\\\c","{d,e}","\\\\N"}'],
    ],
    rejected: [
      ['["a",1]', '.1: not a string'],
      ['"a"', 'not an array'],
      ['{}', 'not an array'],
      ['null', NULL],
    ],
  },
  {
    name: 'array of arrays',
    column: bigint().array().array(),
    taken: [
      ['[]', '{}'],
      [
        '[[1,9007199254740993],[3,null]]',
        '{{"1","9007199254740993"},{"3",NULL}}',
        '{{1,9007199254740993},{3,NULL}}',
      ],
    ],
    rejected: [
      ['[1]', '.0: not an array'],
      ['[[]]', '.0: an empty array within an array, which PostgreSQL cannot hold'],
      ['[[1],[]]', '.1: an empty array within an array, which PostgreSQL cannot hold'],
      ['[[1,2],[3]]', '.1: arrays of different lengths, which PostgreSQL cannot hold'],
    ],
  },
  {
    name: 'array of jsonb',
    column: jsonb().array(),
    taken: [
      [
        '[{"a":"b\\\\"},12345678901234567890,null]',
        '{"{\\"a\\":\\"b\\\\\\\\\\"}","12345678901234567890",NULL}',
        '{"{\\"a\\": \\"b\\\\\\\\\\"}",12345678901234567890,NULL}',
      ],
    ],
    rejected: [],
  },
  {
    name: 'a column that is nullable',
    column: jsonb().nullable(),
    taken: [
      ['null', null],
      ['"null"', '"null"'],
      ['[]', '[]'],
    ],
    rejected: [],
  },
  {
    name: 'text that is nullable',
    column: text().nullable(),
    taken: [['null', null], ...STRINGS],
    rejected: [['0', 'not a string']],
  },
  {
    name: 'an array that is nullable',
    column: text().array().nullable(),
    taken: [
      ['[]', '{}'],
      ['null', null],
      ['[null]', '{NULL}'],
      ['["null"]', '{"null"}'],
    ],
    rejected: [],
  },
];
