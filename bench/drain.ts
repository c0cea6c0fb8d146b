import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Kept, lastLines, startKeeper } from '../local/keep.ts';
import type { Contender } from './contenders/contender.ts';
import { type Commit, type DrainFigures, figuresOf } from './figures.ts';
import { watch } from './meter.ts';
import { uuid } from './sample.ts';
import { type Expected, verify } from './verify.ts';
import type { World } from './world.ts';

/** Time in ms between two looks for the last rows, by their ids: three look-ups in an index. */
const LOOK_MS = 50;

/** Time in ms that a contender has for one backlog. */
const TIMEOUT_MS = 300_000;

/** A contender at work, in a process of its own. */
export interface Running {
  readonly pid: number;
  /** When it was started, in ms since 1970. */
  readonly start: number;
  /** @throws Error with the end of its output when it has ended by itself, or `deadline` is over */
  check(deadline: number): void;
  /** Stops it, by SIGKILL if need be, and removes its files. */
  stop(): Promise<void>;
}

let groups = 0;

/** Starts a contender with a new consumer group. It ends with this process, whatever ends that. */
export async function start(contender: Contender, world: World, topic: string): Promise<Running> {
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-contender-'));
  const log = join(keeper.folder, 'output.log');
  groups += 1;
  const group = `contender-${process.pid}-${groups}`;
  try {
    const { folder } = keeper;
    const { env, ...command } = contender.prepare({ world, topic, group, folder });
    const start = Date.now();
    const { PATH, JAVA_HOME } = process.env;
    const kept: Kept = await keeper.run({
      ...command,
      env: { PATH, JAVA_HOME, ...env },
      cwd: folder,
      log,
      stopSignal: 'SIGTERM',
    });
    return {
      pid: kept.pid,
      start,
      check: (deadline) => {
        const gone = kept.exit && `ended (${kept.exit.signal ?? `exit code ${kept.exit.code}`})`;
        const what = gone ?? (Date.now() > deadline ? 'did not store all rows in time' : undefined);
        if (what) throw new Error(`${contender.name} ${what}: ${lastLines(log, 20)}`);
      },
      stop: keeper.stop,
    };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

/**
 * Lets a contender empty a topic into the table, which is empty again afterwards.
 *
 * @throws Error when it ends, takes too long, or does not store every record once
 */
export async function drain(
  contender: Contender,
  world: World,
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

/** Waits until every record of a load is in the table. */
export async function untilStored(
  database: pg.ClientBase,
  running: Running,
  { run, records }: Pick<Expected, 'run' | 'records'>,
  before = 0,
): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  const last = Array.from({ length: Math.min(100, records) }, (_, n) =>
    uuid(`${run}-${records - 1 - n}`),
  );
  const count = async (condition: string, values: unknown[]) => {
    running.check(deadline);
    await sleep(LOOK_MS);
    const sql = `SELECT count(*)::int AS count FROM notifications WHERE ${condition}`;
    return (await database.query(sql, values)).rows[0].count as number;
  };
  while ((await count('id = ANY ($1)', [last])) < last.length);
  // Others can still be missing, as batches are stored side by side; and too many are an end, too.
  while ((await count('true', [])) < before + records);
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
