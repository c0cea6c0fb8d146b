import { StoreError } from '../../record/errors.ts';
import type { Table, Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { columnNames } from '../identifiers.ts';
import { blameBy } from './blame.ts';
import { copyLines, copyStatement, MIN_COPY } from './copy/copy.ts';
import { createCopyBackoff } from './copy/copy-backoff.ts';
import { encodeLines } from './copy/copy-text.ts';
import { createFeed } from './copy/feed.ts';
import { createFindConflicts } from './find-conflicts.ts';
import { insertRows, tryRow } from './insert.ts';
import { keyOf } from './key.ts';
import { createKnownRow } from './known-row.ts';
import { createLately } from './lately.ts';
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
  const pace = createPace(statementTimeoutMs);
  const repeats = { expected: false };
  const lately = createLately();

  async function copyOnce(lines: AsyncIterable<Buffer>, deadline: Deadline): Promise<number> {
    const start = performance.now();
    try {
      const copied = await run(deadline, written, (connection) =>
        copyLines(connection, copy, lines),
      );
      lately.take();
      return copied;
    } catch (error) {
      const ms = performance.now() - start;
      if (isLate(error, ms)) pace.timedOut(ms);
      throw error;
    }
  }

  /** Rows that were judged before fail less often than those that were not. */
  const offerJudged = createCopyBackoff(copyOnce);
  const {
    insert: insertAny,
    rules,
    parentsOf,
    excusesTypes,
    refusesSome,
    forget,
    statementOn,
  } = createTableInsert(
    table,
    (deadline, work) => run(deadline, written, work),
    (deadline, work) => ask(deadline, written, work),
    (count) => {
      const copyAll = count < MIN_COPY || pace.isSlow ? null : offerJudged();
      return copyAll && ((rows, deadline) => copyAll(linesOf(rows), deadline));
    },
  );
  const known = createKnownRow(
    (row, deadline) =>
      ask(deadline, written, async (connection) =>
        tryRow(connection, await statementOn(connection), row),
      ),
    rules,
    excusesTypes,
  );

  const backoff = createCopyBackoff(async (lines, deadline) => {
    try {
      const copied = await copyOnce(lines, deadline);
      await known.rememberFirst(lines);
      return copied;
    } catch (error) {
      // One row that is there: of a batch that comes again, all are.
      if (error instanceof StoreError && error.code === UNIQUE_VIOLATION) repeats.expected = true;
      throw error;
    }
  });
  const { onConflict, retryForeignKeysMs = 0 } = table;
  return {
    ...{ keyOf: keyOf(table), onConflict, retryForeignKeysMs, pace, repeats },
    // Rows that are not judged before are not worth a try where some are refused.
    offerCopy: () => (pace.isSlow || refusesSome() ? null : backoff()),
    async insert(rows, deadline, onRefused) {
      const isAway = new Set<number>();
      const outcome = await insertAny(rows, deadline, (refused) => {
        for (const place of refused.keys()) isAway.add(place);
        return onRefused(refused);
      });
      if (outcome.inserted > 0) lately.take();
      for (const place of outcome.again) isAway.add(place);
      known.remember(rows.find((_, place) => !isAway.has(place)));
      return outcome;
    },
    takes: known.takes,
    takesLately: lately.took,
    async blame(refusal, deadline) {
      const by = await rules(deadline);
      return blameBy(refusal, by, excusesTypes(), () =>
        ask(deadline, written, async (connection) =>
          insertRows(connection, await statementOn(connection), []),
        ),
      );
    },
    parentsOf,
    async mayBringParent(constraint, deadline) {
      const parents = await parentsOf(constraint, deadline);
      return parents === null || parents.some(mayBring);
    },
    findConflicts: createFindConflicts(
      table,
      // The user may lack SELECT on a column. Such a record counts as already there.
      onConflict === 'dead-letter'
        ? (deadline, work) => run(deadline, written, work)
        : (deadline, work) => ask(deadline, written, work).catch(() => null),
      rules,
      forget,
    ),
  };
}

function linesOf(rows: readonly Values[]): AsyncIterable<Buffer> {
  const lines = createFeed<Buffer>();
  lines.push(encodeLines(rows.map((row) => ({ row }))));
  lines.end();
  return lines;
}
