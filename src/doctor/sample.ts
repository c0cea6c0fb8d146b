import { randomInt, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Column, Table, Values } from '../record/table.ts';
import { belowDomains } from './type.ts';

/** Digits; a word; a moment. */
const number = (unique: number) => String(unique);
const word = (unique: number) => `doctor${unique || ''}`;
const now = () => new Date().toISOString();

/**
 * A value of each type, by its name in the catalog; arrays, enums and ranges apart. Small, so that most columns hold it.
 *
 * @param unique 0, or a number that hardly any row has: no row that is there may have the key of the sample
 */
const SAMPLES: Readonly<Record<string, (unique: number) => string>> = {
  ...{ text: word, varchar: word, bpchar: word, citext: word, name: word, ltree: word },
  uuid: () => randomUUID(),
  bool: () => 'true',
  int2: (unique) => String(unique % 2 ** 15),
  int4: (unique) => String(unique % 2 ** 31),
  oid: (unique) => String(unique % 2 ** 31),
  ...{ int8: number, numeric: number, float4: number, float8: number, money: () => '0' },
  ...{ timestamptz: now, timestamp: () => now().slice(0, -1), date: () => now().slice(0, 10) },
  ...{ time: () => '12:00:00', timetz: () => '12:00:00Z' },
  interval: (unique) => `${unique} seconds`,
  ...{ json: () => '{}', jsonb: () => '{}', hstore: () => '', xml: () => '<doctor/>' },
  bytea: (unique) => `\\x${unique.toString(16).padStart(12, '0')}`,
  ...{ inet: () => '127.0.0.1', cidr: () => '127.0.0.1/32', macaddr: () => '08:00:2b:01:02:03' },
  ...{ bit: () => '0', varbit: () => '0', tsvector: word, point: () => '(0,0)' },
  ...{ geometry: () => 'POINT(0 0)', geography: () => 'POINT(0 0)' },
};

const EMPTY_ARRAY = '{}';
const EMPTY_RANGE = 'empty';

const TYPES = `
SELECT base.typname AS name, base.typcategory AS category,
       (SELECT enumlabel FROM pg_enum WHERE enumtypid = base.oid ORDER BY enumsortorder LIMIT 1) AS label
  FROM unnest($1::text[]) WITH ORDINALITY AS asked(type, position)
  LEFT JOIN ${belowDomains('to_regtype(asked.type)::oid', '-1')} AS base ON true
 ORDER BY position`;

interface Type {
  readonly name: string | null;
  readonly category: string | null;
  /** The first of an enum. */
  readonly label: string | null;
}

/** An invented row of a table, or the column of whose type no value is known. */
export type Sample = { readonly row: Values } | { readonly unknown: string };

export async function inventRow(client: pg.Client, { columns, key }: Table): Promise<Sample> {
  const types = columns.map(({ type }) => type);
  const { rows } = await client.query<Type>(TYPES, [types]);
  const row: (string | null)[] = [];
  for (const [position, column] of columns.entries()) {
    const unique = key.includes(position) ? randomInt(1, 2 ** 47) : 0;
    const value = sampleOf(rows[position] as Type, column, unique);
    if (value === null && !column.nullable)
      return { unknown: `${column.name} (${types[position]})` };
    row.push(value);
  }
  return { row };
}

function sampleOf({ name, category, label }: Type, { limit }: Column, unique: number) {
  if (category === 'A') return EMPTY_ARRAY;
  if (category === 'R') return name?.endsWith('multirange') ? '{}' : EMPTY_RANGE;
  if (label !== null) return label;
  const value = name !== null && Object.hasOwn(SAMPLES, name) ? SAMPLES[name]?.(unique) : undefined;
  if (value === undefined) return null;
  return limit !== undefined && /[SN]/.test(category ?? '') ? within(value, limit) : value;
}

/** The end of a text or a number is what makes it unique. */
function within(value: string, limit: string): string {
  const [length = 0, scale = 0] = limit.split(',').map(Number);
  return length > scale ? value.slice(scale - length) : '0';
}
