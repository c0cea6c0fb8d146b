import type { Encode } from '../invalid.ts';
import { boolean } from './boolean.ts';
import { bytea } from './bytea.ts';
import { label } from './enum.ts';
import type { Epoch } from './epoch.ts';
import { float } from './float.ts';
import { inet } from './inet.ts';
import { integer } from './integer.ts';
import { json, jsonb } from './json.ts';
import { numeric } from './numeric.ts';
import {
  flag,
  labels,
  type OptionRule,
  oneOf,
  quotedType,
  typeName,
  wholeNumber,
} from './options.ts';
import { text } from './text.ts';
import { date, interval, time, timestamp, timestamptz } from './times.ts';
import { uuid } from './uuid.ts';

/** The options of all types; each has some of them. `findOptionProblems` has checked them. */
export interface Options {
  readonly coerce?: boolean;
  readonly round?: boolean;
  readonly epoch?: Epoch;
  readonly min?: number;
  readonly max?: number;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly encoding?: 'base64' | 'hex';
  readonly name?: string;
  readonly values?: readonly string[];
}

/** A type of columns. */
export interface Type {
  /** As SQL, without a length. */
  readonly sql: string | ((options: Options) => string);
  readonly encode: (options: Options) => Encode;
  /** What the options must be. All but `required` can be left out. */
  readonly options: Readonly<Record<string, OptionRule>>;
  readonly required?: readonly string[];
  /**
   * What it takes of JSON: `strings` alone lets numbers be parsed the fast way, `json` is anything, null too. A function
   * where an option decides.
   */
  readonly takes: Takes | ((options: Options) => Takes);
}

export type Takes = 'strings' | 'numbers' | 'json';

const coerce = { coerce: flag };
const coerced = ({ coerce = false }: Options): Takes => (coerce ? 'numbers' : 'strings');
const timed = ({ epoch }: Options): Takes => (epoch === undefined ? 'strings' : 'numbers');
const epoch = oneOf('s', 'ms', 'us', 'ns');
const characters = wholeNumber(0, 10_485_760);
const ANY = Number.POSITIVE_INFINITY;

const whole = (sql: string, bytes: 2 | 4 | 8): Type => ({
  sql,
  encode: ({ coerce = false }) => integer(bytes, coerce),
  options: coerce,
  takes: 'numbers',
});
const floating = (sql: string, nearest: (value: number) => number): Type => ({
  sql,
  encode: ({ coerce = false }) => float(nearest, coerce),
  options: coerce,
  takes: 'numbers',
});
const plain = (sql: string, encode: Encode, takes: Takes = 'strings'): Type => ({
  sql,
  encode: () => encode,
  options: {},
  takes,
});

export const TYPES = {
  text: {
    sql: 'text',
    encode: ({ min = 0, max = ANY, coerce = false }) => text(min, max, coerce),
    options: { min: characters, max: characters, ...coerce },
    takes: coerced,
  },
  varchar: {
    sql: 'varchar',
    encode: ({ length = ANY, coerce = false }) => text(0, length, coerce),
    options: { length: wholeNumber(1, 10_485_760), ...coerce },
    required: ['length'],
    takes: coerced,
  },
  uuid: plain('uuid', uuid),
  boolean: {
    sql: 'boolean',
    encode: ({ coerce = false }) => boolean(coerce),
    options: coerce,
    takes: 'strings',
  },
  smallint: whole('smallint', 2),
  integer: whole('integer', 4),
  bigint: whole('bigint', 8),
  numeric: {
    sql: 'numeric',
    encode: numeric,
    options: {
      precision: wholeNumber(1, 1000),
      scale: wholeNumber(-1000, 1000),
      round: flag,
      ...coerce,
    },
    takes: 'numbers',
  },
  real: floating('real', Math.fround),
  doublePrecision: floating('double precision', (value) => value),
  timestamptz: {
    sql: 'timestamptz',
    encode: timestamptz,
    options: { epoch, round: flag },
    takes: timed,
  },
  timestamp: { sql: 'timestamp', encode: timestamp, options: { epoch, round: flag }, takes: timed },
  date: plain('date', date),
  time: {
    sql: 'time',
    encode: ({ round = false }) => time(round),
    options: { round: flag },
    takes: 'strings',
  },
  interval: {
    sql: 'interval',
    encode: ({ round = false }) => interval(round),
    options: { round: flag },
    takes: 'strings',
  },
  json: plain('json', json, 'json'),
  jsonb: plain('jsonb', jsonb, 'json'),
  bytea: {
    sql: 'bytea',
    encode: ({ encoding = 'base64' }) => bytea(encoding),
    options: { encoding: oneOf('base64', 'hex') },
    takes: 'strings',
  },
  inet: plain('inet', inet),
  enum: {
    sql: ({ name = '' }) => quotedType(name),
    encode: ({ values }) => label(values),
    options: { name: typeName, values: labels },
    required: ['name'],
    takes: 'strings',
  },
  custom: {
    sql: ({ name = '' }) => quotedType(name),
    encode: ({ coerce = false }) => text(0, ANY, coerce),
    options: { name: typeName, ...coerce },
    required: ['name'],
    takes: coerced,
  },
  rest: { ...plain('jsonb', jsonb, 'json'), options: { invalid: oneOf('omit') } },
  whole: plain('jsonb', jsonb, 'json'),
} as const satisfies Readonly<Record<string, Type>>;

export type TypeName = keyof typeof TYPES;

export function typeOf(name: TypeName): Type {
  return TYPES[name];
}

export function takes(type: Type, options: Options): Takes {
  return typeof type.takes === 'function' ? type.takes(options) : type.takes;
}
