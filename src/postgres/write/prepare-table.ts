import { StoreError } from '../../record/errors.ts';
import type { Table } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { columnNames } from '../identifiers.ts';
import { blame } from './blame.ts';
import { copyLines, copyStatement } from './copy/copy.ts';
import { createCopyBackoff } from './copy/copy-backoff.ts';
import { createFindConflicts } from './find-conflicts.ts';
import { tryRow } from './insert.ts';
import { createLearning } from './judge/learning.ts';
import { keyOf } from './key.ts';
import { createKnownRow } from './known-row.ts';
import { createLately } from './lately.ts';
import { createOfferJudged } from './offer-judged.ts';
import { createPace, isLate } from './pace.ts';
import type { TableParts } from './table-flush.ts';
import { createTableInsert } from './table-insert.ts';
import { meetsUntried } from './untried.ts';

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
      await known.rememberFirst(lines);
      return copied;
    } catch (error) {
      const ms = performance.now() - start;
      if (isLate(error, ms)) pace.timedOut(ms);
      throw error;
    }
  }

  const learning = createLearning(table, (deadline, work) => ask(deadline, written, work));
  const { rules, parentsOf, excusesTypes, refusesSome, forget } = learning;
  const { insert: insertAny, statementOn } = createTableInsert(table, learning, (deadline, work) =>
    run(deadline, written, work),
  );
  const known = createKnownRow(
    (row, deadline) =>
      ask(deadline, written, async (connection) =>
        tryRow(connection, await statementOn(connection), row),
      ),
    (row, by, deadline) =>
      ask(deadline, written, (connection) => meetsUntried(connection, table, by, row)),
    rules,
    excusesTypes,
  );

  const backoff = createCopyBackoff(async (lines, deadline) => {
    try {
      return await copyOnce(lines, deadline);
    } catch (error) {
      // One row that is there: of a batch that comes again, all are.
      if (error instanceof StoreError && error.code === UNIQUE_VIOLATION) repeats.expected = true;
      throw error;
    }
  });
  const offerJudged = createOfferJudged(
    learning,
    (deadline, work) => run(deadline, written, work),
    copyOnce,
  );
  const { onConflict, retryForeignKeysMs = 0 } = table;
  return {
    ...{ keyOf: keyOf(table), onConflict, retryForeignKeysMs, pace, repeats },
    // Rows that are not judged before are not worth a try where some are refused.
    offerCopy: () => (pace.isSlow || refusesSome() ? null : backoff.offer()),
    offerJudged: () => (pace.isSlow || !refusesSome() ? null : offerJudged()),
    async insert(rows, deadline) {
      const outcome = await insertAny(rows, deadline);
      if (outcome.inserted > 0) lately.take();
      const again = new Set(outcome.again);
      known.remember(rows.find((_, place) => !(again.has(place) || outcome.refused.has(place))));
      return outcome;
    },
    takes: known.takes,
    takesLately: lately.took,
    async blame(refusal, deadline) {
      const by = await rules(deadline);
      return blame(refusal, by, excusesTypes());
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
