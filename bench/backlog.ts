import type pg from 'pg';
import { until } from '../test/support/until.ts';
import type { Running } from './contenders/start.ts';
import type { Commit } from './figures.ts';

/** Time in ms that a contender has for one backlog. */
const TIMEOUT_MS = 300_000;

/** Records in a topic that contenders store in a table, and how one can tell that they did. */
export interface Backlog {
  readonly topic: string;
  /** What they are, for the reader. */
  readonly text: string;
  /** Where they are stored. */
  readonly table: string;
  /** @throws Error when the contender ends or takes too long */
  untilStored(database: pg.ClientBase, running: Running): Promise<void>;
  /** The transactions that stored them. */
  readCommits(database: pg.ClientBase): Promise<Commit[]>;
  /**
   * @param name of the contender, for the message
   * @throws Error that says in numbers what the table has that it must not have, or has not
   */
  verify(database: pg.ClientBase, name: string): Promise<void>;
}

/**
 * Waits until a condition holds over the rows of a table.
 *
 * @param condition in SQL, of an aggregate
 * @param from the table, and which of its rows
 * @throws Error with the end of the contender's output when it ends or takes too long
 */
export async function untilHolds(
  database: pg.ClientBase,
  running: Running,
  condition: string,
  from: string,
  values: unknown[] = [],
): Promise<void> {
  const what = () => `all rows of ${running.name}: ${running.output()}`;
  const holds = async () => {
    running.check();
    const { rows } = await database.query(`SELECT ${condition} AS holds FROM ${from}`, values);
    return rows[0].holds;
  };
  await until(holds, what, TIMEOUT_MS);
}

/**
 * Reads when rows were committed; PostgreSQL must run with `track_commit_timestamp`.
 *
 * @param counted what the rows of a transaction count, in SQL
 * @param from the table, and which of its rows
 */
export async function readCommits(
  database: pg.ClientBase,
  counted: string,
  from: string,
): Promise<Commit[]> {
  const { rows } = await database.query(`
    SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at, ${counted}::int AS rows
      FROM ${from} GROUP BY xmin`);
  return rows;
}

/** All contenders begin with an empty table and no checkpoint under way. */
export async function empty(database: pg.ClientBase, table: string): Promise<void> {
  await database.query(`TRUNCATE ${table}`);
  await database.query('CHECKPOINT');
}
