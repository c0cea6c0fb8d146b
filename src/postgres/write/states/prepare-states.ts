import { isRefusal } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import type { Connection } from '../../connection/session.ts';
import { isOfSchema } from '../../connection/sqlstate.ts';
import { columnNames } from '../../identifiers.ts';
import { inOrder } from '../insert-chunk.ts';
import { asCast } from '../judge/as-cast.ts';
import { createLearning } from '../judge/learning.ts';
import type { Rules } from '../judge/rules.ts';
import { keyOf } from '../key.ts';
import { createLately } from '../lately.ts';
import { createPace } from '../pace.ts';
import type { Run } from '../prepare-table.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { createBlame } from './blame-state.ts';
import { createDoubt, isWhole } from './doubts.ts';
import { type Compared, removalIn } from './plan.ts';
import { type State, type StatesTable, shapeOf } from './state.ts';
import {
  compareStatement,
  keyAndVersion,
  newestStatement,
  removeStatement,
  standingStatement,
  updateStatement,
  valuesOf,
  writeStatement,
} from './statements.ts';
import { areToldByText } from './text-keys.ts';

/** Where a record stands beside the row of its key. */
export interface Standing {
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

/**
 * Shapes whose statements are prepared. A server keeps each for as long as the connection, some 40 KB, and of twelve columns that a
 * message need not mention there can be thousands.
 */
const MAX_PREPARED = 64;

/** What PostgreSQL asks of a row that is inserted, also where it becomes an update: NOT NULL and CHECK. */
const OF_NEW_ROWS: ReadonlySet<string | null> = new Set(['23502', '23514']);

/**
 * Prepares what writes the rows of a table of states. All of it throws a `StoreError` where PostgreSQL does not do it.
 *
 * @param run for what must succeed: it tries again what can pass
 * @param ask for what only explains; it tries once
 * @param statementTimeoutMs after which PostgreSQL ends a statement
 */
export function prepareStates(table: StatesTable, run: Run, ask: Run, statementTimeoutMs: number) {
  const written = new Set([...columnNames(table), table.states.deletedAt ?? '']);
  const askOnce = <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) =>
    ask(deadline, written, work);
  const learning = createLearning(table, askOnce);
  const { rulesOn, parentsOf } = learning;
  const pace = createPace(statementTimeoutMs);
  const lately = createLately();
  let made: Made | undefined;

  const removes = removalIn(table);

  /** Does work; what is refused teaches of the table. A column can be another by now. */
  async function learnBy<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isRefusal(error) && isOfSchema(error)) await learning.isCurrent(deadline);
      else if (isRefusal(error)) await learning.learn(error, deadline);
      throw error;
    }
  }

  function madeBy(by: Rules | null): Made {
    if (!made || made.by !== by)
      made = { by, cast: { ...asCast(table, by), states: table.states }, statements: new Map() };
    return made;
  }

  function statementBy(by: Rules | null, one: State): Prepared | Pick<Prepared, 'text'> {
    const { cast, statements } = madeBy(by);
    const shape = removes(one) ? '' : shapeOf(one);
    const known = statements.get(shape);
    if (known) return known;
    const text = removes(one) ? removeStatement(cast, by) : writeStatement(cast, by, one);
    if (statements.size >= MAX_PREPARED) return { text };
    const statement = prepared(text);
    statements.set(shape, statement);
    return statement;
  }

  async function writeOn(connection: Connection, one: State, rows: readonly unknown[]) {
    const statement = statementBy(await rulesOn(connection), one);
    const { rowCount } = await connection.query({ ...statement, values: [JSON.stringify(rows)] });
    return rowCount ?? 0;
  }

  async function updateOn(connection: Connection, one: State) {
    const { cast, by } = madeBy(await rulesOn(connection));
    const text = updateStatement(cast, by, one);
    const values = [JSON.stringify([valuesOf(one)])];
    return (await connection.query({ text, values })).rowCount ?? 0;
  }

  /** Planned each time: a plan from when the table was empty reads all of it. */
  async function tell<T extends object>(
    states: readonly State[],
    statementOf: (table: StatesTable, by: Rules | null) => string,
    deadline: Deadline,
  ): Promise<readonly T[]> {
    const values = [JSON.stringify(states.map((one) => keyAndVersion(table, one)))];
    const work = async (connection: Connection) => {
      const { cast, by } = madeBy(await rulesOn(connection));
      const text = statementOf(cast, by);
      return (await connection.query<T>({ text, values })).rows;
    };
    return learnBy(deadline, () => run(deadline, written, work));
  }

  const stand = (states: readonly State[], deadline: Deadline) =>
    tell<Standing>(states, standingStatement, deadline);

  return {
    ...{ table, pace, parentsOf, removes, keyOf: keyOf(table) },
    doubt: createDoubt(learning, (deadline, work) => run(deadline, written, work)),
    /** Another object as soon as states are judged by something else; null while nothing is refused. */
    judging: learning.now,
    /** Whether some of the last states were refused as they were judged: then some of the next probably are, too. */
    expectsRefusals: learning.refusesSome,
    retryForeignKeysMs: table.retryForeignKeysMs ?? 0,
    takesLately: lately.took,
    /**
     * Writes states of one shape, each of another key.
     *
     * @returns how many rows are others now
     * @throws {StoreError} when one is refused; then none is written
     */
    async write(states: readonly State[], deadline: Deadline): Promise<number> {
      const [one, ...more] = states;
      if (!one) return 0;
      const sorted = inOrder(states);
      const rows = removes(one)
        ? sorted.map((state) => keyAndVersion(table, state))
        : sorted.map(valuesOf);
      const work = (connection: Connection) => writeOn(connection, one, rows);
      try {
        const count = await learnBy(deadline, () => run(deadline, written, work));
        if (count > 0) lately.take();
        return count;
      } catch (error) {
        const isOfNewRow = isRefusal(error) && OF_NEW_ROWS.has(error.code);
        if (!isOfNewRow || more.length > 0 || removes(one) || isWhole(one)) throw error;
        // What it does not mention can be there already.
        const [standing] = await stand(states, deadline);
        if (!standing || standing.missing) throw error;
        return run(deadline, written, (connection) => updateOn(connection, one));
      }
    },
    compare: (states: readonly State[], deadline: Deadline) =>
      tell<Compared>(states, compareStatement, deadline),
    newest: (states: readonly State[], deadline: Deadline) =>
      tell<{ readonly position: number }>(states, newestStatement, deadline),
    stand,
    /** See {@link areToldByText}. */
    tellsByText: async (states: readonly State[], deadline: Deadline) =>
      areToldByText(table, await learning.rules(deadline), states),
    blame: createBlame(table, learning, askOnce),
  };
}
