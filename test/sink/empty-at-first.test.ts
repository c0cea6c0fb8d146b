import { expect, test } from 'vitest';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { observers } from '../../src/sink/observer.ts';
import { openSink } from '../../src/sink/open-sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createDatabase } from '../support/database.ts';
import { SINKS } from '../support/notifications.ts';
import { createQueue } from '../support/queue.ts';
import { notification, sinkRecord, uuid } from '../support/records.ts';
import { until } from '../support/until.ts';

const BATCH = 1000;
const BATCHES = 60;

test('what is asked of a table that was empty at first does not read all of it', async () => {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  // As before the first analysis, which is up to a minute away.
  await database.query('ALTER TABLE notifications SET (autovacuum_enabled = false)');
  const env = { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: queue.url };
  const { sink, close } = openSink(readSettings(env, readSink), SINKS, false, observers());
  for (let batch = 0; batch < BATCHES; batch += 1) {
    // Each has ten records of the batch before, and ten of its own twice.
    const first = Math.max(0, batch * BATCH - 10);
    const offsets = Array.from({ length: BATCH + 20 }, (_, at) => first + Math.min(at, BATCH + 10));
    const records = offsets.map((offset) =>
      sinkRecord(notification({ id: uuid(offset) }), { offset }),
    );
    const deadline = startDeadline(60_000);
    const { failed } = await sink({ records, size: records.length, source: null }, deadline);
    deadline.clear();
    expect(failed).toEqual([]);
  }
  // A connection tells the statistics when it ends.
  await close();
  const read = async () => {
    const [row] = await database.query<{ looked: number; read: number }>(
      `SELECT idx_scan::int AS looked, seq_tup_read::int AS read
         FROM pg_stat_user_tables WHERE relname = 'notifications'`,
    );
    return row;
  };
  await until(async () => ((await read())?.looked ?? 0) > BATCH, 'the statistics');
  expect((await read())?.read).toBeLessThan(10 * BATCH * BATCHES);
});
