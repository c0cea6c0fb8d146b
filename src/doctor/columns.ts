import type pg from 'pg';
import { COLUMNS } from '../definition/notification.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';
import type { Table } from './table.ts';

export const TABLE_COLUMNS = 'table columns';

/**
 * How the table's type takes the sink's: `whole`, every value of it; `narrow`, those that fit; `never`. A domain counts
 * as the type below it.
 */
type Fit = 'whole' | 'narrow' | 'never';

const COMPARE = `
SELECT wanted.name, wanted.type, format_type(a.atttypid, a.atttypmod) AS actual,
       CASE WHEN base.oid = wanted.oid OR implicit THEN CASE a.atttypmod WHEN -1 THEN 'whole' ELSE 'narrow' END
            WHEN assignment OR base.typcategory = 'S' THEN 'narrow'
            ELSE 'never' END AS fit
  FROM (SELECT name, type, type::regtype::oid AS oid
          FROM unnest($2::text[], $3::text[]) AS asked(name, type)) AS wanted
  LEFT JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = wanted.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type base ON base.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
  LEFT JOIN LATERAL (
    SELECT bool_or(castcontext = 'i') AS implicit, bool_or(castcontext = 'a') AS assignment
      FROM pg_cast WHERE castsource = wanted.oid AND casttarget = base.oid) AS casts ON true`;

/** Columns that must be filled and that neither the sink nor a default fills; a trigger may. */
const UNFILLED = `
SELECT a.attname AS name, c.relhastriggers AS triggers
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL ($2)
   AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
 ORDER BY a.attnum`;

/** Whether the table has the sink's columns, with types that take its values, and no others that must be filled. */
export async function checkColumns(client: pg.Client, table: Table): Promise<Outcome<true>> {
  const names = Object.keys(COLUMNS);
  const compared = await client.query<{ name: string; type: string; actual: string; fit: Fit }>(
    COMPARE,
    [table.oid, names, Object.values(COLUMNS)],
  );
  const unfilled = await client.query<{ name: string; triggers: boolean }>(UNFILLED, [
    table.oid,
    names,
  ]);
  const problems = [
    ...compared.rows.flatMap(({ name, type, actual, fit }) => {
      if (!actual) return [absent(table, name, type)];
      return fit === 'whole' ? [] : [unlike(table, name, type, actual, fit)];
    }),
    ...unfilled.rows.map(({ name, triggers }) => unknown(table, name, triggers)),
  ];
  const all = passed(TABLE_COLUMNS, `all ${names.length} are there, with types that fit`);
  return { checks: problems.length > 0 ? problems : [all], value: true };
}

function absent({ sql }: Table, name: string, type: string): Check {
  return failed(
    TABLE_COLUMNS,
    `${name} is missing`,
    `ALTER TABLE ${sql} ADD COLUMN ${name} ${type}; or run the migration that brings it.`,
  );
}

function unlike({ sql }: Table, name: string, type: string, actual: string, fit: Fit): Check {
  const detail = `${name} is ${actual}, not ${type}`;
  const change = `ALTER TABLE ${sql} ALTER COLUMN ${name} TYPE ${type}`;
  if (fit === 'never') return failed(TABLE_COLUMNS, detail, `${change} USING ${name}::${type};`);
  return warned(
    TABLE_COLUMNS,
    `${detail}: a record whose value does not fit is dead-lettered`,
    `${change}; or see that every value of the topic fits.`,
  );
}

function unknown({ sql }: Table, name: string, triggers: boolean): Check {
  const remedy = `ALTER TABLE ${sql} ALTER COLUMN ${name} DROP NOT NULL; or give it a default.`;
  return triggers
    ? warned(TABLE_COLUMNS, `${name} must not be null, and only a trigger could fill it`, remedy)
    : failed(TABLE_COLUMNS, `${name} must not be null, and nothing fills it`, remedy);
}
