import { randomInt, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Table, Values } from '../record/table.ts';

/**
 * A value of each type, by its name in the catalog; arrays and enums apart. Small, so that most columns hold it.
 *
 * @param unique 0, or a number that hardly any row has: no row that is there may have the key of the sample
 */
const SAMPLES: Readonly<Record<string, (unique: number) => string>> = {
  text: (unique) => `doctor${unique || ''}`,
  varchar: (unique) => `doctor${unique || ''}`,
  uuid: () => randomUUID(),
  bool: () => 'true',
  int2: (unique) => String(unique % 2 ** 15),
  int4: (unique) => String(unique % 2 ** 31),
  int8: String,
  numeric: String,
  float4: String,
  float8: String,
  timestamptz: () => new Date().toISOString(),
  timestamp: () => new Date().toISOString().slice(0, -1),
  date: () => new Date().toISOString().slice(0, 10),
  time: () => '12:00:00',
  interval: (unique) => `${unique} seconds`,
  json: () => '{}',
  jsonb: () => '{}',
  bytea: (unique) => `\\x${unique.toString(16).padStart(12, '0')}`,
  inet: () => '127.0.0.1',
};

const EMPTY_ARRAY = '{}';

const TYPES = `
SELECT t.typname AS name, t.typcategory AS category,
       (SELECT enumlabel FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder LIMIT 1) AS label
  FROM unnest($1::text[]) WITH ORDINALITY AS asked(type, position)
  LEFT JOIN pg_type t ON t.oid = to_regtype(asked.type)
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
  const row: string[] = [];
  for (const [position, type] of rows.entries()) {
    const value = sampleOf(type, key.includes(position) ? randomInt(1, 2 ** 47) : 0);
    if (value === null) return { unknown: `${columns[position]?.name} (${types[position]})` };
    row.push(value);
  }
  return { row };
}

function sampleOf({ name, category, label }: Type, unique: number): string | null {
  if (category === 'A') return EMPTY_ARRAY;
  if (label !== null) return label;
  return (name !== null && Object.hasOwn(SAMPLES, name) && SAMPLES[name]?.(unique)) || null;
}
