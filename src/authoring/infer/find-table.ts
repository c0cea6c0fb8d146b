import type pg from 'pg';
import { AuthoringError } from '../authoring-error.ts';
import { OTHER_KINDS } from './other-kinds.ts';

const CLOSED = `
SELECT current_user AS "user" FROM pg_namespace
 WHERE cardinality($1::text[]) > 1 AND nspname = ($1::text[])[1] AND NOT has_schema_privilege(oid, 'USAGE')`;

const FIND = `
SELECT oid, relkind AS kind FROM pg_class
 WHERE oid = to_regclass((SELECT string_agg(quote_ident(part), '.' ORDER BY place)
                            FROM unnest($1::text[]) WITH ORDINALITY AS named(part, place)))`;

/** Tables of that name in other schemas, in whatever case. */
const ELSEWHERE = `
SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE lower(c.relname) = lower($1) AND c.relkind IN ('r', 'p')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY 1, 2`;

/**
 * Finds a table.
 *
 * @param name one or two parts, not quoted
 * @returns its oid
 * @throws {AuthoringError} when there is none, it is no table, or the user may not look into its schema
 */
export async function findTable(client: pg.ClientBase, name: readonly string[]): Promise<number> {
  const shown = name.join('.');
  const closed = await client.query<{ user: string }>(CLOSED, [name]);
  if (closed.rows[0])
    throw new AuthoringError(
      `The user ${closed.rows[0].user} may not look into the schema ${name[0]}: GRANT USAGE ON SCHEMA ${name[0]} to that user, or connect as one who may.`,
    );
  const { rows } = await client.query<{ oid: number; kind: string }>(FIND, [name]);
  const [found] = rows;
  if (!found) throw new AuthoringError(await missing(client, name));
  const kind = OTHER_KINDS[found.kind];
  if (kind)
    throw new AuthoringError(
      `${shown} is ${kind}, not a table, and has no key of its own: name a table with --table.`,
    );
  return found.oid;
}

async function missing(client: pg.ClientBase, name: readonly string[]): Promise<string> {
  type Found = { readonly schema: string; readonly name: string };
  const { rows } = await client.query<Found>(ELSEWHERE, [name.at(-1)]);
  const there = rows.map((one) => `${one.schema}.${one.name}`);
  const shown = name.join('.');
  return there.length > 0
    ? `The table ${shown} does not exist; there is ${there.join(', ')}: name that with --table.`
    : `The table ${shown} does not exist in this database: correct --table, with its schema, or the database's name in the settings.`;
}
