import { isRefusal, type StoreError } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames } from '../../identifiers.ts';
import { type Blame, blame } from '../blame.ts';
import { inOrder } from '../insert-chunk.ts';
import { asCast } from '../judge/as-cast.ts';
import { createLearning, isKnown } from '../judge/learning.ts';
import { isOfTable, type Rules } from '../judge/rules.ts';
import { keyOf } from '../key.ts';
import { createLately } from '../lately.ts';
import { createPace } from '../pace.ts';
import type { Run } from '../prepare-table.ts';
import type { Prepared } from '../prepared.ts';
import type { Compared } from './plan.ts';
import { type State, type StatesTable, shapeOf } from './state.ts';
import {
  compareStatement,
  keyAndVersion,
  newestStatement,
  removeStatement,
  standingStatement,
  valuesOf,
  writeStatement,
} from './statements.ts';

/** Where a record stands beside the row of its key. */
export interface Standing {
  /** Equal for records of one key. */
  readonly group: number;
  readonly position: number;
  /** The table has no row with its key. */
  readonly missing: boolean;
  /** It has a newer one. */
  readonly stale: boolean;
}

/** Statements, by the rules that they were made by. */
interface Made {
  readonly by: Rules | null;
  /** With the types that values are cast to. */
  readonly cast: StatesTable;
  readonly statements: Map<string, Prepared>;
}

/** What writes the rows of a table of states. */
export type StatesParts = ReturnType<typeof prepareStates>;

/** cardinality_violation: a row would be written twice by one statement. */
const TWICE = '21000';

/**
 * Prepares what writes the rows of a table of states. All of it throws a `StoreError` where PostgreSQL does not do it.
 *
 * @param run for what must succeed: it tries again what can pass
 * @param ask for what only explains; it tries once
 * @param statementTimeoutMs after which PostgreSQL ends a statement
 */
export function prepareStates(table: StatesTable, run: Run, ask: Run, statementTimeoutMs: number) {
  const written = new Set([...columnNames(table), table.states.deletedAt ?? '']);
  const { rules, rulesOn, parentsOf, excusesTypes, forget } = createLearning(
    table,
    (deadline, work) => ask(deadline, written, work),
  );
  const pace = createPace(statementTimeoutMs);
  const lately = createLately();
  let made: Made | undefined;

  const removes = ({ isTombstone }: State) => isTombstone && table.states.tombstones === 'delete';

  /** The rules are read again where a refusal speaks of others: of a new constraint, or of a column that is another by now. */
  async function learn(refusal: StoreError, deadline: Deadline): Promise<void> {
    const by = await rules(deadline);
    const isOfOthers = by && isOfTable(refusal, by) && !isKnown(by, refusal.constraint);
    if (isOfOthers || refusal.code?.startsWith('42')) forget();
  }

  function madeBy(by: Rules | null): Made {
    if (!made || made.by !== by)
      made = { by, cast: { ...asCast(table, by), states: table.states }, statements: new Map() };
    return made;
  }

  function statementBy(by: Rules | null, one: State, reduces: boolean): Prepared {
    const { cast, statements } = madeBy(by);
    const shape = removes(one) ? '' : `${reduces}${shapeOf(one)}`;
    const statement =
      statements.get(shape) ??
      (removes(one) ? removeStatement(cast, by) : writeStatement(cast, by, one, reduces));
    statements.set(shape, statement);
    return statement;
  }

  async function writeOn(
    connection: Connection,
    one: State,
    rows: readonly unknown[],
    reduces = true,
  ) {
    const statement = statementBy(await rulesOn(connection), one, reduces);
    const { rowCount } = await connection.query({ ...statement, values: [JSON.stringify(rows)] });
    return rowCount ?? 0;
  }

  /** Planned each time: a plan from when the table was empty reads all of it. */
  async function tell<T extends object>(
    states: readonly State[],
    statementOf: (table: StatesTable, by: Rules | null) => string,
    deadline: Deadline,
  ): Promise<readonly T[]> {
    const values = [JSON.stringify(states.map((one) => keyAndVersion(table, one)))];
    return run(deadline, written, async (connection) => {
      const { cast, by } = madeBy(await rulesOn(connection));
      const text = statementOf(cast, by);
      return (await connection.query<T>({ text, values })).rows;
    });
  }

  return {
    ...{ table, pace, parentsOf, keyOf: keyOf(table) },
    retryForeignKeysMs: table.retryForeignKeysMs ?? 0,
    takesLately: lately.took,
    /**
     * Writes states of one shape; of those of one key the newest.
     *
     * @returns how many rows are others now
     * @throws {StoreError} when one is refused; then none is written
     */
    async write(states: readonly State[], deadline: Deadline): Promise<number> {
      const [one] = states;
      if (!one) return 0;
      const toValues = removes(one) ? keyAndVersion : valuesOf;
      const write = (some: readonly State[], reduces: boolean) => {
        const rows = some.map((state) => toValues(table, state));
        return run(deadline, written, (connection) => writeOn(connection, one, rows, reduces));
      };
      try {
        const isRepeated = new Set(states.map(({ key }) => key)).size < states.length;
        const count = await (isRepeated
          ? write(states, true)
          : write(inOrder(states), false)
        ).catch((error) => {
          // Keys whose texts differ are equal to the table.
          if (isRefusal(error) && error.code === TWICE) return write(states, true);
          throw error;
        });
        if (count > 0) lately.take();
        return count;
      } catch (error) {
        if (isRefusal(error)) await learn(error, deadline);
        throw error;
      }
    },
    compare: (states: readonly State[], deadline: Deadline) =>
      tell<Compared>(states, compareStatement, deadline),
    newest: (states: readonly State[], deadline: Deadline) =>
      tell<{ readonly position: number }>(states, newestStatement, deadline),
    stand: (states: readonly State[], deadline: Deadline) =>
      tell<Standing>(states, standingStatement, deadline),
    async blame(refusal: StoreError, deadline: Deadline): Promise<Blame> {
      const by = await rules(deadline);
      return blame(refusal, by, excusesTypes());
    },
  };
}
