import { isRefusal, type StoreError } from '../../record/errors.ts';
import type { Table, Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { insertRows, insertStatement } from './insert.ts';
import {
  type Checked,
  type CheckedInsert,
  checkedInsert,
  insertChecked,
} from './judge/checked-insert.ts';
import { findObstacles, findObstaclesStatement } from './judge/find-obstacles.ts';
import { type Refusal, refusal } from './judge/judgements.ts';
import { readRules } from './judge/read-rules.ts';
import type { Rules } from './judge/rules.ts';
import { NO_SUSPECTS, type Suspects, suspect } from './judge/suspects.ts';

/** What became of rows, by their places among them; those that are nowhere are in the table. */
export interface Inserted {
  readonly inserted: number;
  readonly refused: ReadonlyMap<number, Refusal>;
  /** Must be inserted again: what was in their way is gone, or the rules have changed. */
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
  /** The rules of the table, as they are known or read now; null when they cannot be read. */
  rules(deadline: Deadline): Promise<Rules | null>;
  /** Whether rows with a value that is none of its type are named, and so do not come to a refusal. */
  judgesTypes(): boolean;
}

type Do = <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>;

/** A refusal after a clean judgement is a race with another transaction: it is judged again so often. */
const MAX_RACES = 3;
/** Batches after which a rule that has refused nothing more is not judged any longer. */
const FORGET_AFTER = 1000;

/**
 * Inserts by the plain statement, as long as nothing is refused. From then on by a {@link checkedInsert} that judges the rows
 * by what has refused some.
 *
 * @param run for what must succeed: it tries again what can pass
 * @param ask for what only explains; it tries once
 */
export function createTableInsert(table: Table, run: Do, ask: Do): TableInsert {
  const plain = insertStatement(table);
  let known: Rules | null = null;
  let suspects: Suspects = NO_SUSPECTS;
  let checked: CheckedInsert | null = null;
  let quiet = 0;
  /** Of rules by which no statement could be made. */
  let unusable: string | null = null;

  async function rules(deadline: Deadline): Promise<Rules | null> {
    // Whatever the reason is, the insert meets it too and decides.
    known ??= await ask(deadline, (connection) => readRules(connection, table)).catch(() => null);
    return known;
  }

  function judgeBy(more: Suspects): void {
    suspects = more;
    checked = known && more !== NO_SUSPECTS ? checkedInsert(table, known, more) : null;
    quiet = 0;
  }

  function forget(): void {
    known = null;
    judgeBy(NO_SUSPECTS);
  }

  /** @returns whether the rows are judged by more than before */
  async function learn(error: StoreError, deadline: Deadline): Promise<boolean> {
    // A constraint that is not among the rules: they were read before it was made.
    if (known && error.constraint !== null && !isKnown(known, error.constraint)) known = null;
    const found = await rules(deadline);
    if (!found || found.version === unusable) return false;
    const more = suspect(suspects, error, found);
    if (more === suspects) return false;
    judgeBy(more);
    return true;
  }

  async function explain(
    { inserted, refused, passed, current }: Checked,
    rows: readonly Values[],
    deadline: Deadline,
  ): Promise<Inserted> {
    if (!current) {
      forget();
      return { inserted, refused: new Map(), again: [...refused.keys(), ...passed] };
    }
    quiet = refused.size > 0 || passed.length > 0 ? 0 : quiet + 1;
    if (quiet >= FORGET_AFTER) judgeBy(NO_SUSPECTS);
    if (passed.length === 0 || known === null) return { inserted, refused, again: passed };
    const named = new Map(refused);
    const again: number[] = [];
    const asked = passed.map((position) => rows[position] as Values);
    const obstacles = findObstaclesStatement(table, known);
    const found = known;
    let isExplained = true;
    for (const { position, there, constraint } of await run(deadline, (connection) =>
      findObstacles(connection, obstacles, found, asked),
    )) {
      const place = passed[position] as number;
      if (there) continue;
      if (constraint === null) {
        again.push(place);
        isExplained = false;
      } else named.set(place, refusal('23505', constraint));
    }
    // What is in the way has gone; or it came after the rules were read.
    if (!isExplained) forget();
    return { inserted, refused: named, again };
  }

  return {
    rules,
    judgesTypes: () => checked !== null && suspects.types,
    async insert(rows, deadline) {
      /** Of rules by which the statement could not be made, unless the plain one cannot either. */
      let broken: string | null = null;
      for (let races = 0; ; ) {
        const statement = checked;
        try {
          if (statement) {
            const outcome = await run(deadline, (connection) =>
              insertChecked(connection, statement, rows),
            );
            return await explain(outcome, rows, deadline);
          }
          const inserted = await run(deadline, (connection) => insertRows(connection, plain, rows));
          unusable = broken ?? unusable;
          return { inserted, refused: new Map(), again: [] };
        } catch (error) {
          if (!isRefusal(error)) throw error;
          // Meanwhile another chunk has learned what to judge by.
          if (statement !== checked) continue;
          if (!statement && !error.code?.startsWith('42')) unusable = broken ?? unusable;
          if (statement && error.code?.startsWith('42')) {
            // The user may not see what it asks, or an expression cannot be asked in this way.
            broken = known?.version ?? null;
            forget();
          } else if (!(await learn(error, deadline)) && statement === checked) {
            if (!statement || races >= MAX_RACES || !isJudged(error, suspects)) throw error;
            races += 1;
          }
        }
      }
    },
  };
}

function isKnown({ checks, foreignKeys, uniques }: Rules, constraint: string): boolean {
  return [...checks, ...foreignKeys, ...uniques].some(({ name }) => name === constraint);
}

function isJudged({ code, constraint }: StoreError, { unique, constraints }: Suspects): boolean {
  return constraints.has(constraint ?? '') || (unique && code === '23505');
}
