import pg from 'pg';
import { withoutNames } from '../postgres/connection/session.ts';
import { toStoreError } from '../postgres/connection/sqlstate.ts';
import { columnNames } from '../postgres/identifiers.ts';
import { insertRows, insertStatement } from '../postgres/write/insert.ts';
import { codeOf } from '../record/errors.ts';
import type { Table } from '../record/table.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';
import { inventRow } from './sample.ts';

export const INSERT = 'table insert';

/** Long enough for a moment's lock, and no longer: others queue behind a waiting statement. */
const LOCK_TIMEOUT_MS = 2000;

/**
 * Stores one invented row by the sink's own statement, in a transaction that is rolled back whatever happens; so no row
 * stays. It shows what no catalog does: row security, triggers, constraints.
 */
export async function checkInsert(client: pg.Client, table: Table): Promise<Outcome<true>> {
  const sample = await inventRow(client, table);
  if ('unknown' in sample) return { checks: [notInvented(sample.unknown)], value: null };
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const inserted = await insertRows(withoutNames(client), insertStatement(table), [sample.row]);
    // Deferred constraints would otherwise speak only at a commit, which never comes.
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    return { checks: [judge(inserted)], value: true };
  } catch (error) {
    const refusal = error instanceof pg.DatabaseError ? error : null;
    await client.query('ROLLBACK').catch(() => {});
    return { checks: [troubleOf(table, error, refusal)], value: null };
  } finally {
    // Where even this fails the connection is lost, and the transaction with it.
    await client.query('ROLLBACK').catch(() => {});
  }
}

function notInvented(column: string): Check {
  return warned(
    INSERT,
    `no row could be invented: no value of the type of ${column} is known`,
    'Insert one by hand, as the user of the sink, in a transaction that is rolled back.',
  );
}

function judge(inserted: number): Check {
  return inserted === 1
    ? passed(INSERT, 'a row was inserted and rolled back')
    : warned(
        INSERT,
        'the insert was accepted, but a trigger or rule kept the row from the table',
        'Check that this is meant: the sink takes such a record for a duplicate.',
      );
}

function troubleOf(table: Table, error: unknown, refusal: pg.DatabaseError | null): Check {
  const code = codeOf(error);
  const { fault, message } = toStoreError(error, new Set(columnNames(table)));
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
      return failed(
        INSERT,
        'the user has the privileges on the table, but something else is denied (42501)',
        'Check policies of row security, and what triggers and defaults of the table do.',
      );
    case '23502':
      return failed(
        INSERT,
        `the column ${refusal?.column} must not be null, and the sink does not write it`,
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

const REMEDIES: Readonly<Record<string, string>> = {
  '25006': 'Connect to the primary: this server is read-only.',
  '42703': 'Add the columns that are named above.',
  '42804': 'Change the types of the columns that are named above.',
  '42P10': 'Make the key unique, as said above.',
};
const REMEDY = 'Appendix A of the manual of PostgreSQL explains the SQLSTATE.';
