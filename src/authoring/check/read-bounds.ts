import type pg from 'pg';
import type { ColumnSpec } from '../../definition/column.ts';
import type { AnyDefinition } from '../../definition/define.ts';
import { tableName } from '../../definition/names.ts';
import { specOf } from '../../definition/spec-of.ts';
import type { Epoch } from '../../definition/types/epoch.ts';
import { quoteName } from '../../postgres/identifiers.ts';
import type { Given } from '../sample/draw.ts';
import { inEpoch } from '../sample/values.ts';

/** The partitions of a table that one column alone decides between, by ranges or lists of its values. */
const PARTITIONS = `
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, pg_get_expr(relpartbound, oid) AS bound
  FROM pg_partitioned_table
  JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
  JOIN pg_inherits ON inhparent = partrelid
  JOIN pg_class ON pg_class.oid = inhrelid
 WHERE partrelid = to_regclass($1) AND partnatts = 1 AND partstrat IN ('r', 'l')`;

interface Partition {
  readonly name: string;
  /** Of the column, as SQL writes it. */
  readonly type: string;
  /** `FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')`, `FOR VALUES IN ('eu', 'us')`, `DEFAULT`. */
  readonly bound: string;
}

/**
 * Reads values that partitions of a definition's table take, from the database: an invented time, or country, would hardly
 * ever be of a partition that is there.
 *
 * @returns values to choose from, by the column that decides; none where the table has no partitions, or they are decided
 *   by something else than one column that the definition takes as it is
 */
export async function readBounds(
  client: pg.ClientBase,
  { table, columns }: AnyDefinition,
): Promise<Given> {
  const { rows } = await client.query<Partition>(PARTITIONS, [quoteName(tableName(table) ?? [])]);
  const [{ name, type } = { name: '', type: '' }] = rows;
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!column) return {};
  const spec = specOf(column) as ColumnSpec;
  const texts = rows.flatMap(({ bound }) => lowest(bound));
  if (spec.transform || texts.length === 0) return {};
  const values = await client.query<{ value: unknown }>(
    `SELECT to_json(text::${type}) AS value FROM unnest($1::text[]) AS text`,
    [texts],
  );
  const finite = values.rows.filter(({ value }) => !/infinity$/.test(String(value)));
  return finite.length === 0 ? {} : { [name]: finite.map(({ value }) => inUnits(value, spec)) };
}

const LITERAL = /'((?:[^']|'')*)'|(-?\d[\d.]*)/g;

/** A range holds its lower bound, and a list all that is in it. */
function lowest(bound: string): string[] {
  const [, list = ''] = /^FOR VALUES (?:FROM|IN) \((.*?)\)(?: TO |$)/s.exec(bound) ?? [];
  return [...list.matchAll(LITERAL)].map(
    ([, quoted, digits = '']) => quoted?.replaceAll("''", "'") ?? digits,
  );
}

/** A time as the definition takes it. */
function inUnits(value: unknown, { epoch }: ColumnSpec): unknown {
  if (epoch === undefined) return value;
  const text = String(value);
  const hasOffset = /[+-]\d\d(?::\d\d)*$/.test(text.slice('2026-11-01'.length));
  return inEpoch(BigInt(Date.parse(hasOffset ? text : `${text}Z`)), epoch as Epoch);
}
