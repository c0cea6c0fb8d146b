import type pg from 'pg';
import { until } from '../test/support/until.ts';
import type { Contender } from './contenders/contender.ts';
import { type Running, start } from './contenders/start.ts';
import { type Commit, type DrainFigures, figuresOf } from './figures.ts';
import { watch } from './meter.ts';
import { uuid } from './sample.ts';
import { type Expected, verify } from './verify.ts';
import type { KafkaWorld } from './world.ts';

/** Time in ms that a contender has for one backlog. */
const TIMEOUT_MS = 300_000;

/**
 * Lets a contender empty a topic into the table, which is empty again afterwards.
 *
 * @throws Error when it ends, takes too long, or does not store every record once
 */
export async function drain(
  contender: Contender,
  world: KafkaWorld,
  load: Expected,
): Promise<DrainFigures> {
  const { database, postmaster } = world;
  const running = await start(contender, world, load.topic);
  const watching = watch(running.pid, postmaster);
  try {
    await untilStored(database, running, load);
    const consumption = watching.read();
    await running.stop();
    await verify(database, contender.name, load);
    return figuresOf(running.start, await readCommits(database), consumption);
  } finally {
    watching.stop();
    await running.stop();
    await empty(database);
  }
}

/**
 * Waits until every record of a load is in the table.
 *
 * @throws Error with the end of the contender's output when it ends or takes too long
 */
export async function untilStored(
  database: pg.ClientBase,
  running: Running,
  { run, records }: Pick<Expected, 'run' | 'records'>,
): Promise<void> {
  // The last ones by their ids, which is a look-up in an index: all others are counted only when these are there.
  const last = Array.from({ length: Math.min(100, records) }, (_, n) =>
    uuid(`${run}-${records - 1 - n}`),
  );
  const hold = (least: number, condition: string, values: unknown[] = []) => {
    const sql = `SELECT count(*)::int AS count FROM notifications WHERE ${condition}`;
    const what = () => `all rows of ${running.name}: ${running.output()}`;
    const found = async () => {
      running.check();
      return (await database.query(sql, values)).rows[0].count >= least;
    };
    return until(found, what, TIMEOUT_MS);
  };
  await hold(last.length, 'id = ANY ($1)', [last]);
  // Others can still be missing, as batches are stored side by side; and too many are an end, too.
  await hold(records, 'true');
}

/** The transactions that the rows in the table came by; PostgreSQL must run with `track_commit_timestamp`. */
async function readCommits(database: pg.ClientBase): Promise<Commit[]> {
  const { rows } = await database.query(`
    SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at, count(*)::int AS rows
      FROM notifications GROUP BY xmin`);
  return rows;
}

/** All contenders begin with an empty table and no checkpoint under way. */
export async function empty(database: pg.ClientBase): Promise<void> {
  await database.query('TRUNCATE notifications');
  await database.query('CHECKPOINT');
}
