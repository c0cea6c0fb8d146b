import type { SinkRecord } from '../../record/record.ts';
import type { RecordRow } from '../../record/row.ts';
import type { Table } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { type Connection, withoutNames } from '../connection/session.ts';
import { toStoreError } from '../connection/sqlstate.ts';
import { findThere } from './find-there.ts';
import { beginFlush, type Flushed } from './flush.ts';
import { asCast } from './judge/as-cast.ts';
import { readRules } from './judge/read-rules.ts';
import { prepareTable, type Run } from './prepare-table.ts';
import { prepareStates } from './states/prepare-states.ts';
import { hasStates } from './states/state.ts';

/** Enough for a short lock, and no more: the sink's own statements come first. */
const LOCK_TIMEOUT_MS = 2000;

/**
 * Finds out what would become of rows, by storing them in a transaction that is rolled back. Nothing else shows what
 * constraints, triggers and row security do to them. A statement that stores the same rows waits until it is over.
 *
 * @returns what would be written, and the records that are in the table now, by their key; of a table of states the first says all
 * @throws whatever `pg` throws when the transaction itself fails
 */
export async function storeAndRollBack(
  connection: Connection,
  rows: readonly RecordRow[],
  deadline: Deadline,
): Promise<{ readonly written: Flushed; readonly there: ReadonlySet<SinkRecord> }> {
  await connection.query(
    `BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET CONSTRAINTS ALL IMMEDIATE; SAVEPOINT before`,
  );
  try {
    const run = attemptsOf(withoutNames(connection));
    const partsOf = (table: Table) =>
      hasStates(table)
        ? prepareStates(table, run, run, Number.POSITIVE_INFINITY)
        : {
            ...prepareTable(table, run, run, Number.POSITIVE_INFINITY),
            offerCopy: () => null,
            // That would roll back all of it.
            takes: async () => 'perhaps' as const,
          };
    const flush = beginFlush(rows.length, partsOf, 1, deadline);
    flush.add(rows);
    const written = await flush.end();
    // Only now is it known whose keys are values of their columns' types.
    await connection.query('ROLLBACK TO before');
    const stored = new Set(written.stored);
    const valid = rows.filter(({ record, table }) => stored.has(record) && !hasStates(table));
    const there = new Set<SinkRecord>();
    for (const [table, some] of Map.groupBy(valid, (row) => row.table)) {
      const values = some.map(({ row }) => row);
      const cast = asCast(table, await readRules(connection, table));
      for (const position of await findThere(connection, cast, values))
        there.add((some[position] as RecordRow).record);
    }
    return { written, there };
  } finally {
    await connection.query('ROLLBACK').catch(() => {});
  }
}

/** Runs statements one after another within one transaction: one that fails is rolled back alone. */
function attemptsOf(connection: Connection): Run {
  let last: Promise<unknown> = Promise.resolve();
  return (_, written, work) => {
    const attempt = last.then(async () => {
      await connection.query('SAVEPOINT attempt');
      try {
        const result = await work(connection);
        await connection.query('RELEASE attempt');
        return result;
      } catch (error) {
        await connection.query('ROLLBACK TO attempt');
        throw toStoreError(error, written);
      }
    });
    last = attempt.catch(() => {});
    return attempt;
  };
}
