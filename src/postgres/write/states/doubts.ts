import { isRefusal } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import type { Connection } from '../../connection/session.ts';
import { isDeclined } from '../copy/copy-backoff.ts';
import { judgeRows } from '../judge/judge-rows.ts';
import type { Refusal } from '../judge/judgements.ts';
import type { Learning } from '../judge/learning.ts';
import type { State } from './state.ts';

/** States that PostgreSQL probably refuses, as far as the rules of the table tell. */
export interface Doubts {
  /** Those that it refuses for certain, whatever the table has of their keys. */
  readonly refused: ReadonlyMap<State, Refusal>;
  /** Others, of which only a statement that writes them can tell. */
  readonly doubted: ReadonlySet<State>;
}

const NONE: Doubts = { refused: new Map(), doubted: new Set() };

/** What depends on rows that other records of the batch may make, change or remove. */
const OF_OTHER_ROWS: ReadonlySet<string | null> = new Set([null, '23503', '23505']);

/**
 * Judges states as rows that are inserted: that is what PostgreSQL asks of each first, also where its key is there
 * (https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT). Columns that a state does not mention have defaults
 * then, which the judgement does not know, so that it proves nothing of such a one.
 *
 * @param run does work on a connection; it tries again what can pass
 */
export function createDoubt(
  { now, count, forget, leave }: Learning,
  run: <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>,
) {
  return async (states: readonly State[], deadline: Deadline): Promise<Doubts> => {
    const judging = now();
    if (!judging || states.length === 0) return NONE;
    try {
      const rows = states.map(({ row }) => row);
      const { refused, rivals, current } = await run(deadline, (connection) =>
        judgeRows(connection, judging.judge, rows),
      );
      if (!current) {
        forget();
        return NONE;
      }
      count(refused.size + rivals.length);
      const known = new Map<State, Refusal>();
      const doubted = new Set(rivals.map((place) => states[place] as State));
      for (const [place, refusal] of refused) {
        const state = states[place] as State;
        if (isWhole(state) && !OF_OTHER_ROWS.has(refusal.sqlstate)) known.set(state, refusal);
        else if (!isOfDefault(state, refusal, judging.judge.names)) doubted.add(state);
      }
      return { refused: known, doubted };
    } catch (error) {
      // A value is none of its type, the user may not see what it asks, or it takes too long: the statements that write tell.
      if (!isDeclined(error)) throw error;
      if (isRefusal(error) && error.code?.startsWith('42')) {
        leave(judging.rules.version);
        forget();
      }
      return NONE;
    }
  };
}

/** Whether a record mentions all columns. */
export const isWhole = ({ absent, isTombstone }: State) => absent.length === 0 && !isTombstone;

const NOT_NULL = '23502';

/** Whether only the column's default, which the judgement does not know, can tell whether a record is refused. */
function isOfDefault(
  { absent }: State,
  { sqlstate, columns }: Refusal,
  names: readonly string[],
): boolean {
  return sqlstate === NOT_NULL && columns.some((name) => absent.includes(names.indexOf(name)));
}
