import type pg from 'pg';
import { keyNames, quoteList, quoteName } from '../postgres/identifiers.ts';
import { codeOf } from '../record/errors.ts';
import type { Table } from '../record/table.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';

export const TABLE = 'table';
export const KEY = 'table key';

/** A table as PostgreSQL's catalog knows it. */
export interface FoundTable {
  readonly oid: number;
  /** Quoted, ready for a statement. */
  readonly sql: string;
}

const FIND = `SELECT oid, relkind AS kind FROM pg_class WHERE oid = to_regclass($1)`;

/** Tables of that name that the search path does not reach. */
const ELSEWHERE = `
SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = $1 AND c.relkind IN ('r', 'p') ORDER BY 1`;

/** https://www.postgresql.org/docs/current/catalog-pg-class.html */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  i: 'an index',
};

const CHECK_NAME = 'Check the table of the definition.';

/** @param name one or two parts, not quoted */
export async function checkTable(
  client: pg.Client,
  name: readonly string[],
): Promise<Outcome<FoundTable>> {
  const sql = quoteName(name);
  const shown = name.join('.');
  try {
    const { rows } = await client.query<{ oid: number; kind: string }>(FIND, [sql]);
    const [found] = rows;
    if (!found) return { checks: [await missing(client, name)], value: null };
    const kind = OTHER_KINDS[found.kind];
    const check = kind
      ? warned(TABLE, `${shown} is ${kind}, not a table`, CHECK_NAME)
      : passed(TABLE, `${shown} exists`);
    return { checks: [check], value: { oid: found.oid, sql } };
  } catch (error) {
    const [schema] = name;
    const denied = codeOf(error) === '42501';
    const check = denied
      ? failed(
          TABLE,
          `the user may not look into the schema ${schema}`,
          `GRANT USAGE ON SCHEMA ${schema} TO the user of the sink.`,
        )
      : failed(TABLE, `${shown} cannot be looked up (${codeOf(error)})`, CHECK_NAME);
    return { checks: [check], value: null };
  }
}

async function missing(client: pg.Client, name: readonly string[]): Promise<Check> {
  const { rows } = await client.query<{ schema: string }>(ELSEWHERE, [name.at(-1)]);
  const there = rows.map(({ schema }) => `${schema}.${name.at(-1)}`).join(', ');
  const detail = `the table ${name.join('.')} does not exist`;
  if (there)
    return failed(
      TABLE,
      `${detail}; there is ${there}`,
      'Name the schema in the table of the definition, or let the user into it (GRANT USAGE ON SCHEMA).',
    );
  return failed(
    TABLE,
    detail,
    'Create it with npx kafka-pg-sink migrate, as the user who is to own it; or correct the table of the definition and the name of the database.',
  );
}

/** Indexes over exactly the key's columns, in whatever order, that tell every repeat at once. */
const UNIQUE = `
SELECT FROM pg_index i
 WHERE i.indrelid = $1 AND i.indnkeyatts = cardinality($2::text[])
   AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
   AND $2 <@ ARRAY(SELECT a.attname::text FROM pg_attribute a
                    WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))`;

/** Whether PostgreSQL can tell a row that is there already: without, not one row is stored. */
export async function checkKey(
  client: pg.Client,
  { oid, sql }: FoundTable,
  table: Table,
): Promise<Outcome<true>> {
  const key = keyNames(table);
  const { rowCount } = await client.query(UNIQUE, [oid, key]);
  const shown = key.length === 1 ? `${key}` : `(${key.join(', ')})`;
  const check = rowCount
    ? passed(KEY, `${shown} is unique`)
    : failed(
        KEY,
        `${shown} is neither the primary key nor unique by itself`,
        `ALTER TABLE ${sql} ADD PRIMARY KEY (${quoteList(key)});`,
      );
  return { checks: [check], value: true };
}
