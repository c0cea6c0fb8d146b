import { isRefusal, type StoreError } from '../../record/errors.ts';
import type { Table, Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { isOfSchema } from '../connection/sqlstate.ts';
import { insertRows, insertStatement } from './insert.ts';
import { asCast } from './judge/as-cast.ts';
import { insertChecked } from './judge/checked-insert.ts';
import { findObstacles, findObstaclesStatement } from './judge/find-obstacles.ts';
import { type Refusal, refusal } from './judge/judgements.ts';
import type { Judging, Learning } from './judge/learning.ts';
import { isOfTable, type Rules } from './judge/rules.ts';
import type { Prepared } from './prepared.ts';

/** What became of rows, by their places among them; those that are neither here nor refused are in the table. */
export interface Inserted {
  readonly inserted: number;
  readonly refused: ReadonlyMap<number, Refusal>;
  /** Must be inserted again: what was in their way is gone or may be going, or others were; or the rules have changed. */
  readonly again: readonly number[];
}

/**
 * Inserts rows, and names those that PostgreSQL refuses.
 *
 * @throws {StoreError} when a row is refused for something that cannot be judged beforehand; then none is inserted
 */
export type Insert = (rows: readonly Values[], deadline: Deadline) => Promise<Inserted>;

export interface TableInsert {
  readonly insert: Insert;
  /** The plain statement, by the rules as they are known or read now. */
  statementOn(connection: Connection): Promise<Prepared>;
}

const NONE: Inserted['refused'] = new Map();

/** A refusal after a clean judgement is a race with another transaction: it is judged again so often. */
const MAX_RACES = 3;

/**
 * Inserts by the plain statement, as long as nothing is refused. From then on one statement judges rows by what has refused
 * some, and inserts the sound ones.
 *
 * @param learning by which rows are judged; what is refused teaches more
 * @param run does work on a connection; it tries again what can pass
 */
export function createTableInsert(
  table: Table,
  learning: Learning,
  run: <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>,
): TableInsert {
  const { now, learn, count, forget } = learning;
  let plain: { readonly by: Rules | null; readonly statement: Prepared } | undefined;

  async function statementOn(connection: Connection): Promise<Prepared> {
    const by = await learning.rulesOn(connection);
    if (!plain || plain.by !== by) plain = { by, statement: insertStatement(asCast(table, by)) };
    return plain.statement;
  }

  async function insertSound(
    { checked, rules }: Judging,
    rows: readonly Values[],
    deadline: Deadline,
  ): Promise<Inserted> {
    const { inserted, refused, passed, current } = await run(deadline, (connection) =>
      insertChecked(connection, checked, rows),
    );
    if (!current) {
      forget();
      return { inserted, refused: NONE, again: [...refused.keys(), ...passed] };
    }
    count(refused.size + passed.length);
    const named = new Map(refused);
    const again: number[] = [];
    for (const { place, there, constraint } of await obstaclesOf(passed, rules, rows, deadline)) {
      if (there) continue;
      if (constraint === null) again.push(place);
      else named.set(place, refusal('23505', constraint));
    }
    // What is in the way has gone; or it came after the rules were read.
    if (again.length > 0) forget();
    return { inserted, refused: named, again };
  }

  /** @param passed places of rows that were passed over, which nearly always are none */
  async function obstaclesOf(
    passed: readonly number[],
    rules: Rules,
    rows: readonly Values[],
    deadline: Deadline,
  ) {
    if (passed.length === 0) return [];
    const asked = passed.map((place) => rows[place] as Values);
    const statement = findObstaclesStatement(asCast(table, rules), rules);
    const found = await run(deadline, (connection) =>
      findObstacles(connection, statement, rules, asked),
    );
    return found.map((one) => ({ ...one, place: passed[one.position] as number }));
  }

  return {
    statementOn,
    async insert(rows, deadline) {
      /** Of rules by which the statement could not be made, unless the plain one cannot either. */
      let broken: string | null = null;
      let isRead = false;
      for (let races = 0; ; ) {
        const judging = now();
        try {
          if (judging) return await insertSound(judging, rows, deadline);
          const inserted = await run(deadline, async (connection) =>
            insertRows(connection, await statementOn(connection), rows),
          );
          learning.leave(broken);
          return { inserted, refused: NONE, again: [] };
        } catch (error) {
          if (!isRefusal(error)) throw error;
          // Meanwhile another chunk has learned what to judge by.
          if (judging !== now()) continue;
          if (!judging && !error.code?.startsWith('42')) learning.leave(broken);
          if (!judging && isOfSchema(error) && !isRead && plain?.by) {
            // A column can be of another type by now.
            isRead = true;
            if (await learning.isCurrent(deadline)) throw error;
          } else if (judging && error.code?.startsWith('42')) {
            // The user may not see what it asks, or an expression cannot be asked in this way.
            broken = judging.rules.version;
            await learning.isCurrent(deadline);
          } else if (!(await learn(error, deadline)) && judging === now()) {
            if (!judging || races >= MAX_RACES || !isJudged(error, judging)) throw error;
            races += 1;
          }
        }
      }
    },
  };
}

function isJudged(error: StoreError, { rules, suspects }: Judging): boolean {
  const isNamed = suspects.constraints.has(error.constraint ?? '');
  return isOfTable(error, rules) && (isNamed || (suspects.unique && error.code === '23505'));
}
