import pg from 'pg';
import { OTHER_KINDS } from '../authoring/infer/other-kinds.ts';
import { quoteList, quoteName } from '../postgres/identifiers.ts';
import type { Table } from '../record/table.ts';
import { type Check, failed, type Outcome, passed, warned, withSql } from './check.ts';

export const TABLE = 'table';

/** A table as PostgreSQL's catalog knows it. */
export interface FoundTable {
  readonly oid: number;
  /** Quoted, ready for a statement, as the user's name is. */
  readonly sql: string;
  readonly user: string;
}

/** Schemas of the table and of its columns' types that the user may not look into: there, nothing can be looked up. */
const CLOSED = `
SELECT DISTINCT n.nspname AS schema
  FROM unnest($1::text[]) AS named(name)
  JOIN pg_namespace n ON n.nspname = (parse_ident(name, false))[1]
 WHERE cardinality(parse_ident(name, false)) > 1 AND NOT has_schema_privilege(n.oid, 'USAGE')
 ORDER BY 1`;

/**
 * A partitioned table keeps no rows itself, so its partitions are looked at, too. Rules for INSERT and UPDATE are the events 3 and 2.
 * https://www.postgresql.org/docs/current/catalog-pg-rewrite.html
 */
const FIND = `
SELECT oid, relkind AS kind, array(
         SELECT rulename::text FROM pg_rewrite
          WHERE ev_class = c.oid AND ev_type IN ('2', '3') AND ev_enabled <> 'D' ORDER BY 1) AS rules, array(
         SELECT one.oid::regclass::text
           FROM pg_class one LEFT JOIN pg_inherits ON inhrelid = one.oid
          WHERE one.relpersistence = 'u' AND c.oid IN (one.oid, inhparent)
          ORDER BY 1) AS unlogged
  FROM pg_class c WHERE oid = to_regclass($1)`;

/** Tables of that name that are not found by the name alone. */
const ELSEWHERE = `
SELECT n.nspname AS schema, has_schema_privilege(n.oid, 'USAGE') AS open
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = $1 AND c.relkind IN ('r', 'p') ORDER BY 1`;

interface Found {
  readonly oid: number;
  readonly kind: string;
  readonly rules: readonly string[];
  /** Quoted. */
  readonly unlogged: readonly string[];
}

/** Finds the table, and whether the types of its columns can be looked up. */
export async function checkTable(client: pg.Client, table: Table): Promise<Outcome<FoundTable>> {
  const sql = quoteName(table.name);
  const shown = table.name.join('.');
  const user = await userOf(client);
  const names = [sql, ...table.columns.map(({ type }) => type)];
  const closed = await client.query<{ schema: string }>(CLOSED, [names]);
  if (closed.rows.length > 0) return toFailed(mayNotLook(closed.rows, user));
  const { rows } = await client.query<Found>(FIND, [sql]);
  const [found] = rows;
  if (!found) return toFailed(await missing(client, table.name, user));
  const kind = OTHER_KINDS[found.kind];
  if (kind)
    return toFailed(
      failed(
        TABLE,
        `${shown} is ${kind}, not a table: COPY and ON CONFLICT refuse it`,
        found.kind === 'v'
          ? 'Name the table behind it in the definition: what triggers INSTEAD OF do for the view, triggers BEFORE INSERT do for a table.'
          : 'Name a table in the definition.',
      ),
    );
  if (found.rules.length > 0) return toFailed(rewritten(shown, sql, found.rules));
  const check =
    found.unlogged.length > 0 ? unlogged(found.unlogged) : passed(TABLE, `${shown} exists`);
  return { checks: [check], value: { oid: found.oid, sql, user } };
}

/**
 * The sink stores by both, so that the rule would count for some batches only.
 * https://www.postgresql.org/docs/current/sql-copy.html
 */
function rewritten(shown: string, sql: string, rules: readonly string[]): Check {
  const drop = rules.map((name) => `DROP RULE ${pg.escapeIdentifier(name)} ON ${sql};`);
  return failed(
    TABLE,
    `${shown} has rules that rewrite what is stored (${rules.join(', ')}): COPY goes past them, and ON CONFLICT refuses most`,
    withSql(drop.join(' '), 'Write them as triggers first, which count for both.'),
  );
}

/** https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-UNLOGGED */
function unlogged(tables: readonly string[]): Check {
  return warned(
    TABLE,
    `UNLOGGED: ${tables.join(', ')}: PostgreSQL empties it after a crash, whatever the sink has acknowledged`,
    tables.map((name) => `ALTER TABLE ${name} SET LOGGED;`).join(' '),
  );
}

function toFailed(check: Check): Outcome<FoundTable> {
  return { checks: [check], value: null };
}

async function userOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ user: string }>('SELECT current_user AS "user"');
  return pg.escapeIdentifier(rows[0]?.user ?? '');
}

function mayNotLook(closed: readonly { readonly schema: string }[], user: string): Check {
  const schemas = closed.map(({ schema }) => schema);
  return failed(
    TABLE,
    `the user may not look into the schema ${schemas.join(', ')}`,
    grantUsage(schemas, user),
  );
}

function grantUsage(schemas: readonly string[], user: string): string {
  return `GRANT USAGE ON SCHEMA ${quoteList(schemas)} TO ${user};`;
}

async function missing(client: pg.Client, name: readonly string[], user: string): Promise<Check> {
  const own = name.at(-1) ?? '';
  const { rows } = await client.query<{ schema: string; open: boolean }>(ELSEWHERE, [own]);
  const detail = `the table ${name.join('.')} does not exist`;
  const [first] = rows;
  if (!first)
    return failed(
      TABLE,
      detail,
      'Create it with npx kafka-pg-sink migrate, as the user who is to own it; or correct the table of the definition and the name of the database.',
    );
  const there = rows.map(({ schema }) => `${schema}.${own}`).join(', ');
  const nameIt = `Write table: '${first.schema}.${own}' in the definition.`;
  return failed(
    TABLE,
    `${detail}; there is ${there}`,
    // The search path leaves out a schema that the user may not look into.
    first.open ? nameIt : withSql(grantUsage([first.schema], user), nameIt),
  );
}
