import { createTopic, deleteTopic } from '../local/kafka.ts';
import { empty } from './backlog.ts';
import type { Contender } from './contenders/contender.ts';
import { start } from './contenders/start.ts';
import { untilStored } from './notification-backlog.ts';
import { produce } from './produce.ts';
import { PARTITIONS } from './sample.ts';
import { verify } from './verify.ts';
import type { KafkaWorld } from './world.ts';

/** Records before those that count, so that the contender is a member of its group and has warmed up. */
const WARM_UP = 30_000;

/** Records after those that count, at full speed; at a rate it is a second's. A stream has no end where the last wait. */
const TAIL = 1000;

/** Records that are produced at a rate, or as fast as it goes. */
export interface Phase {
  /** Records a second; 0: as fast as it goes. */
  readonly rate: number;
  readonly records: number;
}

/** What a full run measures. */
export const PHASES: readonly Phase[] = [
  { rate: 1000, records: 8000 },
  { rate: 10_000, records: 80_000 },
  { rate: 0, records: 200_000 },
];

/** Milliseconds from a record's production to the commit of its row. */
export interface Latency extends Phase {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

let topics = 0;

/**
 * Measures a contender that runs already, in one process through all phases.
 *
 * @throws Error when it ends, takes too long, or does not store every record once
 */
export async function measureLatency(
  contender: Contender,
  world: KafkaWorld,
  phases: readonly Phase[],
): Promise<Latency[]> {
  const { servers, database } = world;
  topics += 1;
  const topic = `latency-${topics}`;
  await createTopic(servers, topic, PARTITIONS);
  const running = await start(contender, world, topic);
  try {
    const found: Latency[] = [];
    for (const phase of [{ rate: 0, records: WARM_UP }, ...phases]) {
      const { rate, records } = phase;
      const run = `${topic}-${found.length}`;
      const load = { topic, run, rate, records: records + (rate || TAIL) };
      const since = Date.now();
      await Promise.all([produce(servers, load), untilStored(database, running, load)]);
      await verify(database, contender.name, { ...load, since });
      const { rows } = await database.query(`
        SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
                 ORDER BY extract(epoch FROM committed - created_at)::float8 * 1000) AS latency
          FROM (SELECT pg_xact_commit_timestamp(xmin) AS committed, created_at
                  FROM notifications ORDER BY created_at LIMIT ${records})`);
      const [p50, p95, p99] = rows[0].latency;
      found.push({ ...phase, p50, p95, p99 });
      await empty(database, 'notifications');
    }
    return found.slice(1);
  } finally {
    await running.stop();
    await empty(database, 'notifications');
    await deleteTopic(servers, topic);
  }
}
