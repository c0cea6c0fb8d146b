import type pg from 'pg';
import { toStoreError } from '../postgres/connection/sqlstate.ts';
import { columnNames } from '../postgres/identifiers.ts';
import { codeOf } from '../record/errors.ts';
import type { Table } from '../record/table.ts';
import { type Check, failed, warned, withSql } from './check.ts';
import type { FoundTable } from './table.ts';

export const INSERT = 'table insert';

/** Long enough for a moment's lock, and no longer: others queue behind a waiting statement. */
export const LOCK_TIMEOUT_MS = 2000;

/** Why the invented row was not taken. */
export interface Refusal {
  readonly error: unknown;
  /** Whether the row was taken before. */
  readonly isRepeat: boolean;
  /** Whether policies decide what the user may do with the table. */
  readonly rowSecurity: boolean;
}

/** What it means that the invented row was refused, and what to do. */
export function troubleOf(
  table: Table,
  found: FoundTable,
  { error, isRepeat, rowSecurity }: Refusal,
): Check {
  const code = codeOf(error);
  const { fault, message } = toStoreError(error, new Set(columnNames(table)));
  if (isRepeat)
    return failed(
      INSERT,
      `the same row is refused when it comes again: ${message}`,
      'Have the triggers of the table take a row that is there already, such as by ON CONFLICT DO NOTHING where they insert it into another table: Kafka delivers records again.',
    );
  // The invented row broke a rule of the table that real records may well keep.
  if (fault === 'record')
    return warned(
      INSERT,
      `the table refuses the doctor's invented row: ${message}`,
      'Privileges are as they should be. Check that the records of the topic keep this rule: those that do not are dead-lettered.',
    );
  switch (code) {
    case '23514':
      return warned(
        INSERT,
        "no partition of the table takes the doctor's invented row",
        'Create the partitions that the records of the topic need before they come: a record without one is delivered again until it is there.',
      );
    case '42501':
      return rowSecurity ? noPolicy(found) : denied();
    case '23502':
      return failed(
        INSERT,
        `the column ${(error as pg.DatabaseError).column} must not be null, and the sink does not write it`,
        'Give it a default, or drop its NOT NULL.',
      );
    case '55P03':
    case '57014':
      return failed(
        INSERT,
        `the table was locked for ${LOCK_TIMEOUT_MS} ms, or the insert took too long (${code})`,
        'Look in pg_locks and pg_stat_activity who holds it, and run this again.',
      );
    default:
      return failed(INSERT, message, REMEDIES[code] ?? REMEDY);
  }
}

function denied(): Check {
  return failed(
    INSERT,
    'the user has the privileges on the table, but something else is denied (42501)',
    'Check what triggers and defaults of the table do.',
  );
}

/**
 * Beside INSERT, the user needs to see the rows: `ON CONFLICT` must not tell that there is one that the user may not read.
 * https://www.postgresql.org/docs/current/sql-createpolicy.html
 */
function noPolicy({ sql, user }: FoundTable): Check {
  const policies = [
    `CREATE POLICY kafka_pg_sink_insert ON ${sql} FOR INSERT TO ${user} WITH CHECK (true);`,
    `CREATE POLICY kafka_pg_sink_select ON ${sql} FOR SELECT TO ${user} USING (true);`,
  ];
  return failed(
    INSERT,
    'row security is on, and no policy lets the user insert the row and see it (42501)',
    withSql(
      policies.join(' '),
      'Or correct the policies that are there, so that they take the records of the topic; or what triggers of the table do.',
    ),
  );
}

const REMEDIES: Readonly<Record<string, string>> = {
  '25006': 'Connect to the primary: this server is read-only.',
  '42703': 'Add the columns that are named above.',
  '42804': 'Change the types of the columns that are named above.',
  '42P10': 'Make the key unique, as said above.',
};
const REMEDY = 'Appendix A of the manual of PostgreSQL explains the SQLSTATE.';
