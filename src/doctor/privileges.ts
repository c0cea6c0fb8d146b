import type pg from 'pg';
import { columnNames, keyNames, quoteList } from '../postgres/identifiers.ts';
import type { States, Table } from '../record/table.ts';
import { type Check, failed, type Outcome, passed, warned, withSql } from './check.ts';
import type { FoundTable } from './table.ts';

export const PRIVILEGES = 'table privileges';

interface Missing {
  /** Columns, in the table's order. */
  readonly insert: readonly string[];
  readonly select: readonly string[];
  /** Quoted. */
  readonly sequences: readonly string[];
}

/**
 * Columns that are not there are missing elsewhere. The sequence of an identity column needs no privilege. The condition
 * stands in a CASE, as PostgreSQL may ask it before the join, where it throws for what is no sequence.
 */
const MISSING = `
WITH written AS (
  SELECT attname::text AS name, attnum FROM pg_attribute
   WHERE attrelid = $1 AND attname = ANY ($2) AND attnum > 0 AND NOT attisdropped),
used AS (
  SELECT DISTINCT s.oid, s.relkind, format('%I.%I', n.nspname, s.relname) AS name
    FROM pg_attrdef f
    JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
    JOIN pg_namespace n ON n.oid = s.relnamespace
   WHERE f.adrelid = $1 AND a.attname <> ALL ($2))
SELECT ARRAY(SELECT name FROM written WHERE NOT has_column_privilege($1::oid, attnum, 'INSERT') ORDER BY attnum) AS insert,
       ARRAY(SELECT name FROM written WHERE NOT has_column_privilege($1::oid, attnum, 'SELECT') ORDER BY attnum) AS select,
       ARRAY(SELECT name FROM used 
              WHERE CASE relkind WHEN 'S' THEN NOT has_sequence_privilege(oid, 'USAGE, UPDATE') END ORDER BY name) AS sequences`;

/**
 * Whether the user may do what the sink does: INSERT the columns that it writes; SELECT those of the key, which
 * `ON CONFLICT` names; and SELECT the others, which tell another record with the same key from one that comes again.
 */
export async function checkPrivileges(
  client: pg.Client,
  found: FoundTable,
  table: Table,
): Promise<Outcome<true>> {
  const { rows } = await client.query<Missing>(MISSING, [found.oid, columnNames(table)]);
  const missing = rows[0] ?? { insert: [], select: [], sequences: [] };
  const checks = [...judgeColumns(found, table, missing), ...judgeSequences(found, missing)];
  const denied = checks.some(({ status }) => status === 'failed');
  const all = passed(PRIVILEGES, 'INSERT and SELECT on the columns that the sink writes');
  return { checks: checks.length > 0 ? checks : [all], value: denied ? null : true };
}

function judgeColumns(
  { sql, user }: FoundTable,
  table: Table,
  { insert, select }: Missing,
): Check[] {
  const grants = [
    ...(insert.length > 0 ? [`INSERT (${quoteList(insert)})`] : []),
    ...(select.length > 0 ? [`SELECT (${quoteList(select)})`] : []),
  ];
  if (grants.length === 0) return [];
  const grant = `GRANT ${grants.join(', ')} ON ${sql} TO ${user};`;
  const key = keyNames(table).filter((name) => select.includes(name));
  if (insert.length > 0)
    return [failed(PRIVILEGES, `the user may not INSERT ${insert.join(', ')}`, grant)];
  if (table.states) return judgeOverwritten(table, table.states, select, `ON ${sql} TO ${user}`);
  if (key.length > 0)
    return [
      failed(
        PRIVILEGES,
        `the user may not SELECT ${key.join(', ')} of the key, which ON CONFLICT reads`,
        grant,
      ),
    ];
  const what = `the user may not SELECT ${select.join(', ')}, which tells another record with the same key from a repeat`;
  if (table.onConflict === 'dead-letter')
    return [failed(PRIVILEGES, `${what}: each repeat would fail`, grant)];
  return [
    warned(
      PRIVILEGES,
      `${what}: conflicts count as already there`,
      withSql(grant, 'Or accept that conflicts are not seen.'),
    ),
  ];
}

/**
 * ON CONFLICT DO UPDATE reads the key, the version, and each value that it sets.
 * https://www.postgresql.org/docs/current/sql-insert.html
 */
function judgeOverwritten(
  { columns, key }: Table,
  { update }: States,
  select: readonly string[],
  on: string,
): Check[] {
  const read = new Set([...key, ...update].map((at) => columns[at]?.name));
  const missing = select.filter((name) => read.has(name));
  if (missing.length === 0) return [];
  const detail = `the user may not SELECT ${missing.join(', ')}, which ON CONFLICT DO UPDATE reads`;
  return [failed(PRIVILEGES, detail, `GRANT SELECT (${quoteList(missing)}) ${on};`)];
}

/** They fill columns that the sink leaves to their defaults. */
function judgeSequences({ user }: FoundTable, { sequences }: Missing): Check[] {
  if (sequences.length === 0) return [];
  return [
    failed(
      PRIVILEGES,
      `the user may not use ${sequences.join(', ')}, from which columns get their defaults`,
      `GRANT USAGE ON SEQUENCE ${sequences.join(', ')} TO ${user};`,
    ),
  ];
}
