import type pg from 'pg';
import { withoutNames } from '../postgres/connection/session.ts';
import { findThere } from '../postgres/write/find-there.ts';
import { insertRows, insertStatement } from '../postgres/write/insert.ts';
import { asCast } from '../postgres/write/judge/as-cast.ts';
import { readRules } from '../postgres/write/judge/read-rules.ts';
import type { Table, Values } from '../record/table.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';
import { INSERT, LOCK_TIMEOUT_MS, type Refusal, troubleOf } from './insert-trouble.ts';
import { inventRow } from './sample.ts';
import type { FoundTable } from './table.ts';

/**
 * Stores one invented row by the sink's own statement, twice, in a transaction that is rolled back whatever happens; so no row
 * stays. It shows what no catalog does: row security, triggers, constraints, and what becomes of a record that comes again.
 */
export async function checkInsert(
  client: pg.Client,
  found: FoundTable,
  table: Table,
): Promise<Outcome<true>> {
  const sample = await inventRow(client, table);
  if ('unknown' in sample) return { checks: [notInvented(sample.unknown)], value: null };
  let refusal: Refusal = { error: undefined, isRepeat: false, rowSecurity: false };
  try {
    const rowSecurity = await hasRowSecurity(client, found);
    refusal = { ...refusal, rowSecurity };
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const cast = asCast(table, await readRules(withoutNames(client), table));
    const inserted = await insert(client, cast, sample.row);
    // Deferred constraints would otherwise speak only at a commit, which never comes.
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    refusal = { ...refusal, isRepeat: true };
    const again = await insert(client, cast, sample.row);
    const { length } = await findThere(client, cast, [sample.row]);
    return { checks: [judge(inserted + again, length)], value: true };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    return { checks: [troubleOf(table, found, { ...refusal, error })], value: null };
  } finally {
    // Where even this fails the connection is lost, and the transaction with it.
    await client.query('ROLLBACK').catch(() => {});
  }
}

const insert = (client: pg.Client, table: Table, row: Values) =>
  insertRows(withoutNames(client), insertStatement(table), [row]);

async function hasRowSecurity(client: pg.Client, { oid }: FoundTable): Promise<boolean> {
  const { rows } = await client.query('SELECT row_security_active($1::oid) AS active', [oid]);
  return rows[0]?.active === true;
}

function notInvented(column: string): Check {
  return warned(
    INSERT,
    `no row could be invented: no value of the type of ${column} is known`,
    'Insert one by hand, as the user of the sink, in a transaction that is rolled back.',
  );
}

/**
 * @param inserted rows that PostgreSQL says it has inserted
 * @param there rows with the key of the sample that the table then shows
 */
function judge(inserted: number, there: number): Check {
  if (there > 1 || inserted > 1)
    return failed(
      INSERT,
      'the same row was stored twice: a record that comes again would be, too',
      'Make the key unique in each child table that a trigger writes to, and have the trigger insert with ON CONFLICT DO NOTHING; or partition the table (PARTITION BY).',
    );
  if (inserted === 1) return passed(INSERT, 'a row was inserted and rolled back');
  if (there === 1)
    return warned(
      INSERT,
      'the insert was accepted, and a trigger put the row into a child of the table',
      'Nothing is lost; but such records are counted as kept out of the table or as already there, with an error line. A table that is partitioned (PARTITION BY) needs no trigger.',
    );
  return warned(
    INSERT,
    'the insert was accepted, but a trigger kept the row from the table',
    'Check that this is meant: the sink acknowledges such a record, counts it (RecordsKeptOut) and logs an error.',
  );
}
