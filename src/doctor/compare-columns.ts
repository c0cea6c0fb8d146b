import type pg from 'pg';
import { columnNames } from '../postgres/identifiers.ts';
import type { Table } from '../record/table.ts';
import { belowDomains } from './type.ts';

export const TABLE_COLUMNS = 'table columns';

/** A column as the sink wants it and as the table has it. */
export interface Compared {
  /** As the catalog names it, below all domains; null when there is no such type. */
  readonly wanted: string | null;
  /** As the catalog names it, below all domains; null when there is no such column. */
  readonly base: string | null;
  /** With length, precision and scale. */
  readonly actual: string;
  /** These alone, as {@link Column.limit} has them; null when there are none. */
  readonly limit: string | null;
  /** Whether the type has some modifier, such as a limit, beside those of the wanted domain. */
  readonly modified: boolean;
  /** Whether the wanted type is a domain that has one. */
  readonly wantedModified: boolean;
  /** Whether both are the same domain, or no domain and the same type. */
  readonly same: boolean;
  readonly notNull: 'column' | 'primary key' | 'domain' | null;
  /** PostgreSQL's `attgenerated` and `attidentity`; empty for neither. */
  readonly generated: '' | 's' | 'v';
  readonly identity: '' | 'a' | 'd';
  /** The values of an enum, or of an array of one; empty for other types. */
  readonly labels: readonly string[];
}

const COMPARE = `
SELECT wanted.typname AS wanted, base.typname AS base, format_type(a.atttypid, a.atttypmod) AS actual,
       substring(format_type(base.oid, base.modifier) FROM '\\(([-0-9,]+)\\)') AS limit,
       CASE WHEN a.atttypid = to_regtype(asked.type) THEN a.atttypmod ELSE base.modifier END <> -1 AS modified,
       wanted.modifier <> -1 AS "wantedModified",
       base.oid = wanted.oid OR a.atttypid = to_regtype(asked.type) AS same,
       CASE WHEN EXISTS (SELECT FROM pg_index WHERE indrelid = $1 AND indisprimary AND a.attnum = ANY (indkey)) THEN 'primary key'
            WHEN a.attnotnull THEN 'column' WHEN base."notNull" THEN 'domain' END AS "notNull",
       a.attgenerated AS generated, a.attidentity AS identity,
       ARRAY(SELECT enumlabel::text FROM pg_enum
              WHERE enumtypid IN (base.oid, (SELECT typelem FROM pg_type WHERE oid = base.oid))
              ORDER BY enumsortorder) AS labels
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, type, position)
  LEFT JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = asked.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN ${belowDomains('to_regtype(asked.type)::oid', '-1')} AS wanted ON true
  LEFT JOIN ${belowDomains('a.atttypid', 'a.atttypmod')} AS base ON true
 ORDER BY asked.position`;

/** Columns that must be filled and that neither the sink nor a default fills; a trigger may. */
const UNFILLED = `
SELECT a.attname AS name, c.relhastriggers AS triggers,
       EXISTS (SELECT FROM pg_index WHERE indrelid = $1 AND indisprimary AND a.attnum = ANY (indkey)) AS "inKey"
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL ($2)
   AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
 ORDER BY a.attnum`;

export interface Unfilled {
  readonly name: string;
  readonly triggers: boolean;
  readonly inKey: boolean;
}

/** @returns what the catalog says of the columns, in their order, and of those that the sink does not write */
export async function compareColumns(client: pg.Client, oid: number, table: Table) {
  const names = columnNames(table);
  const types = table.columns.map(({ type }) => type);
  const compared = await client.query<Compared>(COMPARE, [oid, names, types]);
  const unfilled = await client.query<Unfilled>(UNFILLED, [oid, names]);
  return { compared: compared.rows, unfilled: unfilled.rows };
}
