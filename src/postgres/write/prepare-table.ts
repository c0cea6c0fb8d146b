import { StoreError } from '../../record/errors.ts';
import type { Table } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { columnNames } from '../identifiers.ts';
import { blame } from './blame.ts';
import { copyLines, copyStatement } from './copy/copy.ts';
import { createCopyBackoff } from './copy/copy-backoff.ts';
import { findConflicts, findConflictsStatement } from './find-conflicts.ts';
import { insertRows, insertStatement } from './insert.ts';
import { keyOf } from './key.ts';
import { createPace, isLate } from './pace.ts';
import type { TableParts } from './table-flush.ts';
import { createTableInsert } from './table-insert.ts';

/**
 * Does work on a connection, until the deadline.
 *
 * @param written columns that it writes, see `toStoreError`
 * @throws {StoreError | DeadlineError | CircuitOpenError}
 */
export type Run = <T>(
  deadline: Deadline,
  written: ReadonlySet<string>,
  work: (connection: Connection) => Promise<T>,
) => Promise<T>;

/** So long a row that was taken says that the table takes rows. */
const LATELY_MS = 300_000;

const NO_PRIVILEGE = '42501';
const UNIQUE_VIOLATION = '23505';

/**
 * Prepares what stores the rows of a table.
 *
 * @param run for what must succeed: it tries again what can pass
 * @param ask for what only explains; it tries once
 * @param statementTimeoutMs after which PostgreSQL ends a statement
 * @param mayBring whether a batch can have rows of a table, by the last part of its name
 */
export function prepareTable(
  table: Table,
  run: Run,
  ask: Run,
  statementTimeoutMs: number,
  mayBring: (table: string) => boolean = () => true,
): TableParts {
  const written = new Set(columnNames(table));
  const copy = copyStatement(table);
  const insert = insertStatement(table);
  const conflicts = findConflictsStatement(table);
  const pace = createPace(statementTimeoutMs);
  const {
    insert: insertAny,
    rules,
    judgesTypes,
  } = createTableInsert(
    table,
    (deadline, work) => run(deadline, written, work),
    (deadline, work) => ask(deadline, written, work),
  );
  const repeats = { expected: false };
  let takenAt = Number.NEGATIVE_INFINITY;

  const backoff = createCopyBackoff(async (lines, deadline) => {
    const start = performance.now();
    try {
      const copied = await run(deadline, written, (connection) =>
        copyLines(connection, copy, lines),
      );
      takenAt = performance.now();
      return copied;
    } catch (error) {
      const ms = performance.now() - start;
      if (isLate(error, ms)) pace.timedOut(ms);
      // One row that is there: of a batch that comes again, all are.
      if (error instanceof StoreError && error.code === UNIQUE_VIOLATION) repeats.expected = true;
      throw error;
    }
  });
  const { onConflict, retryForeignKeysMs = 0 } = table;
  const parentOf: TableParts['parentOf'] = async (constraint, deadline) => {
    const known = await rules(deadline);
    return known?.foreignKeys.find(({ name }) => name === constraint)?.parentTable ?? null;
  };
  return {
    ...{ keyOf: keyOf(table), onConflict, retryForeignKeysMs, pace, repeats },
    offerCopy: () => (pace.isSlow ? null : backoff()),
    async insert(rows, deadline) {
      const outcome = await insertAny(rows, deadline);
      if (outcome.inserted > 0) takenAt = performance.now();
      return outcome;
    },
    takesLately: () => performance.now() - takenAt < LATELY_MS,
    async blame(refusal, deadline) {
      const fault = blame(refusal, await rules(deadline), judgesTypes());
      if (fault !== 'perhaps-record' || refusal.code !== NO_PRIVILEGE) return fault;
      // Row security refuses rows; a missing privilege refuses the statement, also where it has none.
      const isAllowed = await ask(deadline, written, (connection) =>
        insertRows(connection, insert, []),
      )
        .then(() => true)
        .catch(() => false);
      return isAllowed ? fault : 'deployment';
    },
    parentOf,
    async mayBringParent(constraint, deadline) {
      const parent = await parentOf(constraint, deadline);
      return parent === null || mayBring(parent);
    },
    findConflicts: (rows, deadline) =>
      onConflict === 'ignore'
        ? ask(deadline, written, (connection) => findConflicts(connection, conflicts, rows))
            // The user may lack SELECT on a column. Such a record counts as already there.
            .catch(() => null)
        : run(deadline, written, (connection) => findConflicts(connection, conflicts, rows)),
  };
}
