import { setImmediate } from 'node:timers/promises';
import { isRefusal, type StoreError } from '../../record/errors.ts';
import type { Table, Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { insertRows, insertStatement } from './insert.ts';
import { asCast } from './judge/as-cast.ts';
import { insertChecked } from './judge/checked-insert.ts';
import { findObstacles, findObstaclesStatement } from './judge/find-obstacles.ts';
import { judgeRows } from './judge/judge-rows.ts';
import { type Refusal, refusal } from './judge/judgements.ts';
import { createLearning, type Judging, type Learning } from './judge/learning.ts';
import { isOfTable, type Rules } from './judge/rules.ts';
import type { Prepared } from './prepared.ts';

/** What became of rows, by their places among them; those that are neither here nor refused are in the table. */
export interface Inserted {
  readonly inserted: number;
  /** Must be inserted again: what was in their way is gone or may be going, or others were; or the rules have changed. */
  readonly again: readonly number[];
}

/**
 * Gets the refused rows by their places, before the others are stored: they stay refused, whatever becomes of those. So dead letters
 * are sent while PostgreSQL copies.
 */
export type OnRefused = (refused: ReadonlyMap<number, Refusal>) => Promise<void>;

/**
 * Inserts rows, and names those that PostgreSQL refuses.
 *
 * @throws {StoreError} when a row is refused for something that cannot be judged beforehand; then none is inserted
 */
export type Insert = (
  rows: readonly Values[],
  deadline: Deadline,
  onRefused: OnRefused,
) => Promise<Inserted>;

export interface TableInsert
  extends Pick<Learning, 'rules' | 'parentsOf' | 'refusesSome' | 'excusesTypes' | 'forget'> {
  readonly insert: Insert;
  /** The plain statement, by the rules as they are known or read now. */
  statementOn(connection: Connection): Promise<Prepared>;
}

/** Stores rows by COPY, all or none; returns how many the table has got, null when PostgreSQL does not take them this way. */
export type CopyRows = (rows: readonly Values[], deadline: Deadline) => Promise<number | null>;

type Do = <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>;

/** A refusal after a clean judgement is a race with another transaction: it is judged again so often. */
const MAX_RACES = 3;

/**
 * Inserts by the plain statement, as long as nothing is refused. From then on rows are judged by what has refused some, and
 * the sound ones are copied; where that fails, or is not offered, one statement judges and inserts them.
 *
 * @param run for what must succeed: it tries again what can pass
 * @param ask for what only explains; it tries once
 * @param offerCopy offers to copy so many rows, or null while that would probably fail
 */
export function createTableInsert(
  table: Table,
  run: Do,
  ask: Do,
  offerCopy: (count: number) => CopyRows | null,
): TableInsert {
  const learning = createLearning(table, ask);
  const { rules, parentsOf, refusesSome, excusesTypes, now, learn, count, forget } = learning;
  let plain: { readonly by: Rules | null; readonly statement: Prepared } | undefined;

  async function statementOn(connection: Connection): Promise<Prepared> {
    const by = await learning.rulesOn(connection);
    if (!plain || plain.by !== by) plain = { by, statement: insertStatement(asCast(table, by)) };
    return plain.statement;
  }

  /** @returns null when the rows must be inserted instead */
  async function copySound(
    { judge }: Judging,
    rows: readonly Values[],
    deadline: Deadline,
    onRefused: OnRefused,
  ): Promise<Inserted | null> {
    const copy = offerCopy(rows.length);
    if (!copy) return null;
    const { refused, rivals, current } = await run(deadline, (connection) =>
      judgeRows(connection, judge, rows),
    );
    if (!current) {
      forget();
      return { inserted: 0, again: [...rows.keys()] };
    }
    const isRival = new Set(rivals);
    const open: number[] = [];
    const sound: Values[] = [];
    for (const [place, row] of rows.entries()) {
      if (refused.has(place)) continue;
      open.push(place);
      if (!isRival.has(place)) sound.push(row);
    }
    const none = rivals.length === 0 ? 0 : null;
    const copying = sound.length > 0 ? copy(sound, deadline) : Promise.resolve(none);
    copying.catch(() => {});
    // To write dead letters takes a while, and PostgreSQL is to work meanwhile.
    await setImmediate();
    await onRefused(refused);
    const inserted = await copying;
    if (inserted === null) return refused.size > 0 ? { inserted: 0, again: open } : null;
    count(refused.size + rivals.length);
    return { inserted, again: rivals };
  }

  async function insertSound(
    { checked, rules }: Judging,
    rows: readonly Values[],
    deadline: Deadline,
    onRefused: OnRefused,
  ): Promise<Inserted> {
    const { inserted, refused, passed, current } = await run(deadline, (connection) =>
      insertChecked(connection, checked, rows),
    );
    if (!current) {
      forget();
      return { inserted, again: [...refused.keys(), ...passed] };
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
    await onRefused(named);
    return { inserted, again };
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
    ...{ rules, parentsOf, refusesSome, excusesTypes, forget, statementOn },
    async insert(rows, deadline, onRefused) {
      /** Of rules by which the statement could not be made, unless the plain one cannot either. */
      let broken: string | null = null;
      let isRead = false;
      for (let races = 0; ; ) {
        const judging = now();
        try {
          if (judging)
            return (
              (await copySound(judging, rows, deadline, onRefused)) ??
              (await insertSound(judging, rows, deadline, onRefused))
            );
          const inserted = await run(deadline, async (connection) =>
            insertRows(connection, await statementOn(connection), rows),
          );
          learning.leave(broken);
          return { inserted, again: [] };
        } catch (error) {
          if (!isRefusal(error)) throw error;
          // Meanwhile another chunk has learned what to judge by.
          if (judging !== now()) continue;
          if (!judging && !error.code?.startsWith('42')) learning.leave(broken);
          if (!judging && error.code?.startsWith('42') && !isRead && plain?.by) {
            // A column can be of another type by now.
            isRead = true;
            forget();
          } else if (judging && error.code?.startsWith('42')) {
            // The user may not see what it asks, or an expression cannot be asked in this way.
            broken = judging.rules.version;
            forget();
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
