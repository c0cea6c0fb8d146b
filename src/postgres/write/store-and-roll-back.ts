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
import { rowsThere } from './states/rows-there.ts';
import { hasStates } from './states/state.ts';

/** Enough for a short lock, and no more: the sink's own statements come first. */
const LOCK_TIMEOUT_MS = 2000;

export interface RolledBack {
  readonly written: Flushed;
  /** Records that are in the table now, by their key; of tables of states there are none. */
  readonly there: ReadonlySet<SinkRecord>;
  /** What becomes of the rows of tables of states, by the last record of each key that would be written. */
  readonly changes: ReadonlyMap<SinkRecord, RowChange>;
}

/** A row as JSON, before and after; null where there is none. */
export interface RowChange {
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Finds out what would become of rows, by storing them in a transaction that is rolled back. Nothing else shows what
 * constraints, triggers and row security do to them. A statement that stores the same rows waits until it is over.
 *
 * @throws whatever `pg` throws when the transaction itself fails
 */
export async function storeAndRollBack(
  connection: Connection,
  rows: readonly RecordRow[],
  deadline: Deadline,
): Promise<RolledBack> {
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
    const stored = new Set(written.stored);
    const tables = Map.groupBy(
      rows.filter(({ record }) => stored.has(record)),
      ({ table }) => table,
    );
    const after = await statesOf(connection, tables);
    // Only now is it known whose keys are values of their columns' types.
    await connection.query('ROLLBACK TO before');
    const before = await statesOf(connection, tables);
    const changes = new Map<SinkRecord, RowChange>();
    for (const [record, row] of after)
      changes.set(record, { before: before.get(record) ?? null, after: row });
    return { written, there: await recordsThere(connection, tables), changes };
  } finally {
    await connection.query('ROLLBACK').catch(() => {});
  }
}

type RowsByTable = ReadonlyMap<Table, readonly RecordRow[]>;

/** The rows of tables of states, as they are now. */
async function statesOf(
  connection: Connection,
  tables: RowsByTable,
): Promise<ReadonlyMap<SinkRecord, string | null>> {
  const found: [SinkRecord, string | null][] = [];
  for (const [table, rows] of tables)
    if (hasStates(table)) found.push(...(await rowsThere(connection, table, rows)));
  return new Map(found);
}

/** Records of other tables that are there now. */
async function recordsThere(
  connection: Connection,
  tables: RowsByTable,
): Promise<ReadonlySet<SinkRecord>> {
  const there = new Set<SinkRecord>();
  for (const [table, rows] of tables) {
    if (hasStates(table)) continue;
    const cast = asCast(table, await readRules(connection, table));
    const values = rows.map(({ row }) => row);
    for (const position of await findThere(connection, cast, values))
      there.add((rows[position] as RecordRow).record);
  }
  return there;
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
