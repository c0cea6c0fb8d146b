import type pg from 'pg';
import { createTopic } from '../local/kafka.ts';
import { type Backlog, readCommits, untilHolds } from './backlog.ts';
import type { Running } from './contenders/start.ts';
import { produce } from './produce.ts';
import { makeNotification, PARTITIONS, uuid } from './sample.ts';
import { type Expected, verify } from './verify.ts';
import type { KafkaWorld } from './world.ts';

/** Fills a topic with notifications, for all contenders to read; the run of their ids has the topic's name. */
export async function fillTopic(
  world: KafkaWorld,
  topic: string,
  records: number,
): Promise<Backlog> {
  await createTopic(world.servers, topic, PARTITIONS);
  const load = { topic, run: topic, records, since: Date.now() };
  await produce(world.servers, { ...load, rate: 0 });
  return notificationBacklog(load);
}

/** Notifications in a topic, each of which becomes a row. */
export function notificationBacklog(load: Expected): Backlog {
  const { topic, run, records } = load;
  const bytes = Buffer.byteLength(JSON.stringify(makeNotification(run, records, new Date())));
  return {
    ...{ topic, table: 'notifications' },
    text: `${records.toLocaleString('en')} records of ${bytes} bytes`,
    untilStored: (database, running) => untilStored(database, running, load),
    readCommits: (database) => readCommits(database, 'count(*)', 'notifications'),
    verify: (database, name) => verify(database, name, load),
  };
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
  const ofLast = 'notifications WHERE id = ANY ($1)';
  await untilHolds(database, running, `count(*) = ${last.length}`, ofLast, [last]);
  // Others can still be missing, as batches are stored side by side; and too many are an end, too.
  await untilHolds(database, running, `count(*) >= ${records}`, 'notifications');
}
