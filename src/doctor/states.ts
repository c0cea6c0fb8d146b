import pg from 'pg';
import { quoteList } from '../postgres/identifiers.ts';
import type { StatesTable } from '../postgres/write/states/state.ts';
import { type Check, failed, type Outcome, passed, warned, withSql } from './check.ts';
import { findHazards } from './state-hazards.ts';
import type { FoundTable } from './table.ts';

export const STATES = 'table states';

interface Facts {
  /** Columns of the version that can be NULL. */
  readonly nullable: readonly string[];
  /** Columns that the user may not UPDATE. */
  readonly update: readonly string[];
  readonly mayDelete: boolean;
  /** Type of the column of a soft delete, without its precision; null where it is not there. */
  readonly mark: string | null;
  readonly markIsFilled: boolean;
  readonly mayMark: boolean;
  /** To set it, PostgreSQL reads it from the row that is to be inserted. */
  readonly maySeeMark: boolean;
}

const FACTS = `
WITH columns AS (
  SELECT attname::text AS name, attnum, attnotnull, format_type(atttypid, -1) AS type
    FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped)
SELECT ARRAY(SELECT name FROM columns WHERE name = ANY ($2) AND NOT attnotnull ORDER BY attnum) AS nullable,
       ARRAY(SELECT name FROM columns
              WHERE name = ANY ($3) AND NOT has_column_privilege($1::oid, attnum, 'UPDATE') ORDER BY attnum) AS update,
       has_table_privilege($1::oid, 'DELETE') AS "mayDelete",
       (SELECT type FROM columns WHERE name = $4) AS mark,
       coalesce((SELECT attnotnull FROM columns WHERE name = $4), false) AS "markIsFilled",
       coalesce((SELECT has_column_privilege($1::oid, attnum, 'INSERT') FROM columns WHERE name = $4), true) AS "mayMark",
       coalesce((SELECT has_column_privilege($1::oid, attnum, 'SELECT') FROM columns WHERE name = $4), true) AS "maySeeMark"`;

/** Whether the sink can write newer states over older ones, and remove or mark rows, as the definition says. */
export async function checkStates(
  client: pg.Client,
  found: FoundTable,
  table: StatesTable,
): Promise<Outcome<true>> {
  const { columns, states } = table;
  const namesOf = (places: readonly number[]) => places.map((at) => columns[at]?.name ?? '');
  const { deletedAt, tombstones } = states;
  const marks = deletedAt === undefined ? [] : [deletedAt];
  const updated = [...namesOf(states.update), ...marks];
  const values = [found.oid, namesOf(states.version), updated, deletedAt ?? null];
  const [facts] = (await client.query<Facts>(FACTS, values)).rows;
  const problems = facts
    ? [
        ...judgeVersion(facts, found),
        ...(deletedAt === undefined ? [] : judgeMark(facts, found, deletedAt)),
        ...judgePrivileges(facts, found, tombstones === 'delete', marks),
      ]
    : [];
  const fits = passed(
    STATES,
    `newer states overwrite older ones by ${namesOf(states.version).join(', ')}`,
  );
  const hazards = (await findHazards(client, found, table)).map(({ detail, remedy }) =>
    warned(STATES, detail, remedy),
  );
  const checks = [...problems, ...hazards];
  return { checks: checks.length > 0 ? checks : [fits], value: true };
}

function judgeVersion({ nullable }: Facts, { sql }: FoundTable): Check[] {
  if (nullable.length === 0) return [];
  const set = nullable.map((name) => `ALTER COLUMN ${pg.escapeIdentifier(name)} SET NOT NULL`);
  return [
    failed(
      STATES,
      `${nullable.join(', ')} of the version can be NULL: no state is newer than a row that has none`,
      withSql(`ALTER TABLE ${sql} ${set.join(', ')};`, 'Give rows without a version one first.'),
    ),
  ];
}

function judgeMark({ mark, markIsFilled }: Facts, { sql }: FoundTable, name: string): Check[] {
  const column = pg.escapeIdentifier(name);
  if (mark === null)
    return [
      failed(
        STATES,
        `${name}, for soft deletes, is missing`,
        `ALTER TABLE ${sql} ADD COLUMN ${column} timestamptz;`,
      ),
    ];
  if (mark !== 'timestamp with time zone')
    return [
      failed(
        STATES,
        `${name}, for soft deletes, is ${mark}; it must be timestamptz`,
        `ALTER TABLE ${sql} ALTER COLUMN ${column} TYPE timestamptz;`,
      ),
    ];
  if (!markIsFilled) return [];
  return [
    failed(
      STATES,
      `${name}, for soft deletes, must not be null: rows that are not deleted have NULL`,
      `ALTER TABLE ${sql} ALTER COLUMN ${column} DROP NOT NULL;`,
    ),
  ];
}

function judgePrivileges(
  { update, mayDelete, mayMark, maySeeMark }: Facts,
  { sql, user }: FoundTable,
  removes: boolean,
  marks: readonly string[],
): Check[] {
  const grants = [
    ...(update.length > 0 ? [`UPDATE (${quoteList(update)})`] : []),
    ...(mayMark ? [] : [`INSERT (${quoteList(marks)})`]),
    ...(maySeeMark ? [] : [`SELECT (${quoteList(marks)})`]),
    ...(removes && !mayDelete ? ['DELETE'] : []),
  ];
  if (grants.length === 0) return [];
  return [
    failed(
      STATES,
      `the user may not ${grants.map((one) => one.replaceAll('"', '')).join(', ')}, which states need`,
      `GRANT ${grants.join(', ')} ON ${sql} TO ${user};`,
    ),
  ];
}
