import type pg from 'pg';
import type { Table } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { columnNames } from '../identifiers.ts';
import { copyLines, copyStatement } from './copy.ts';
import { createCopyBackoff } from './copy-backoff.ts';
import { findConflicts, findConflictsStatement } from './find-conflicts.ts';
import { findInvalid, findInvalidStatement } from './find-invalid.ts';
import { insertRows, insertStatement } from './insert.ts';
import { keyOf } from './key.ts';
import type { TableParts } from './table-flush.ts';

/**
 * Does work on a connection, until the deadline.
 *
 * @param written columns that it writes, see `toStoreError`
 * @throws {StoreError | DeadlineError | CircuitOpenError}
 */
export type Run = <T>(
  deadline: Deadline,
  written: ReadonlySet<string>,
  work: (client: pg.ClientBase) => Promise<T>,
) => Promise<T>;

/**
 * Prepares what stores the rows of a table.
 *
 * @param run for what must succeed: it tries again what can pass
 * @param ask for what only explains; it tries once
 */
export function prepareTable(table: Table, run: Run, ask: Run): TableParts {
  const written = new Set(columnNames(table));
  const copy = copyStatement(table);
  const insert = insertStatement(table);
  const invalid = findInvalidStatement(table);
  const conflicts = findConflictsStatement(table);
  const { onConflict } = table;
  return {
    keyOf: keyOf(table),
    onConflict,
    offerCopy: createCopyBackoff((lines, deadline) =>
      run(deadline, written, (client) => copyLines(client, copy, lines)),
    ),
    insert: (rows, deadline) =>
      run(deadline, written, (client) => insertRows(client, insert, rows)),
    findInvalid: (rows, deadline) =>
      ask(deadline, written, (client) => findInvalid(client, invalid, rows))
        // Whatever the reason is, the insert that follows meets it too and decides.
        .catch(() => []),
    findConflicts: (rows, deadline) =>
      onConflict === 'ignore'
        ? ask(deadline, written, (client) => findConflicts(client, conflicts, rows))
            // The user may lack SELECT on a column. Such a record counts as already there.
            .catch(() => [])
        : run(deadline, written, (client) => findConflicts(client, conflicts, rows)),
  };
}
