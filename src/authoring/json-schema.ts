import { DURATION } from '../definition/duration.ts';
import { META_TYPES } from '../definition/sources.ts';
import { TYPES, type Type } from '../definition/types/all.ts';
import { ON_CONFLICT } from '../record/table.ts';

type Schema = Readonly<Record<string, unknown>>;

const STRING = { type: 'string', minLength: 1 };
const FLAG = { type: 'boolean' };
const PATH = { anyOf: [STRING, { type: 'array', items: STRING, minItems: 1 }] };
const NAMES = {
  anyOf: [STRING, { type: 'array', items: STRING, minItems: 1, uniqueItems: true }],
};
const META = object({ meta: { enum: Object.keys(META_TYPES) } }, ['meta']);

/** The options of all types, by name. */
const OPTIONS: Schema = {
  coerce: FLAG,
  round: FLAG,
  epoch: { enum: ['s', 'ms', 'us', 'ns'] },
  min: { type: 'integer', minimum: 0 },
  max: { type: 'integer', minimum: 0 },
  length: { type: 'integer', minimum: 1 },
  precision: { type: 'integer', minimum: 1, maximum: 1000 },
  scale: { type: 'integer', minimum: -1000, maximum: 1000 },
  encoding: { enum: ['base64', 'hex'] },
  invalid: { enum: ['omit'] },
  name: STRING,
  values: { type: 'array', items: { type: 'string' }, minItems: 1 },
};

/** What every column may say. A transform is a function, which JSON has none of. */
const MODIFIERS: Schema = {
  from: {
    anyOf: [
      PATH,
      object({ key: { anyOf: [PATH, { type: 'null' }] } }, ['key']),
      object({ header: { type: 'string' } }, ['header']),
      META,
    ],
  },
  nullable: FLAG,
  default: { not: { type: 'null' } },
  defaultFrom: META,
  dbDefault: FLAG,
  sensitive: FLAG,
  array: { type: 'integer', minimum: 0, maximum: 6 },
};

/**
 * The JSON Schema of `sink.config.json`, for editors. It knows forms; what depends on several fields, such as a key that is
 * no column, the sink says at start.
 */
export function definitionSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Which topic of Kafka goes into which table of PostgreSQL',
    anyOf: [DEFINITION, { type: 'array', items: DEFINITION, minItems: 1 }],
  };
}

const DEFINITION = object(
  {
    $schema: { type: 'string' },
    name: STRING,
    topic: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,249}$' },
    table: STRING,
    fields: { enum: ['same', 'camelCase'] },
    columns: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { oneOf: Object.entries(TYPES).map(columnOf) },
    },
    key: NAMES,
    foreignKeys: {
      anyOf: [
        { const: 'dead-letter' },
        object({ retryFor: { type: 'string', pattern: DURATION.source } }, ['retryFor']),
      ],
    },
    write: {
      anyOf: [
        object({ mode: { enum: ['insert'] }, onConflict: { enum: ON_CONFLICT } }),
        object(
          {
            mode: { const: 'upsert' },
            version: NAMES,
            tombstones: {
              anyOf: [
                { enum: ['delete', 'dead-letter', 'ignore'] },
                object({ softDelete: STRING }, ['softDelete']),
              ],
            },
            absent: { enum: ['keep', 'null'] },
            update: { type: 'array', items: STRING, minItems: 1 },
          },
          ['mode', 'version'],
        ),
      ],
    },
  },
  ['topic', 'table', 'columns', 'key'],
);

function columnOf([name, { options, required = [] }]: readonly [string, Type]): Schema {
  const own = Object.keys(options).map((option) => [option, OPTIONS[option]] as const);
  return object({ type: { const: name }, ...Object.fromEntries(own), ...MODIFIERS }, [
    'type',
    ...required,
  ]);
}

function object(properties: Schema, required: readonly string[] = []): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}
