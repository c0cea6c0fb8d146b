import { expect } from 'vitest';
import type { DeadLetter } from '../../../src/dead-letter/write-dead-letter.ts';
import { withQueue } from '../../../src/dead-letter-tools/queue/session.ts';
import { createLedger } from '../../../src/dead-letter-tools/replay/ledger.ts';
import { runReplay } from '../../../src/dead-letter-tools/replay/open-replay.ts';
import type { Transform } from '../../../src/dead-letter-tools/transform/transform.ts';
import type { CompiledSinks } from '../../../src/definition/sinks.ts';
import { keyNames, quoteList } from '../../../src/postgres/identifiers.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { readReplaySettings } from '../../../src/settings/replay.ts';
import { startDeadline } from '../../../src/timing/deadline.ts';
import type { TestDatabase } from '../../support/database.ts';
import { watch } from '../../support/orders.ts';
import { createDirectSink } from '../../support/sink.ts';

/** A sink with a table and a queue of its own. */
export interface World {
  readonly database: TestDatabase;
  /** Sends one batch through the sink. Nothing of it must fail, and none of its repeats be taken for another record. */
  send(records: readonly SinkRecord[]): Promise<void>;
  /** The commands that rows were sent by so far: `COPY`, `INSERT`. */
  commands(): Promise<string[]>;
  /** Has PostgreSQL refuse all records, so that they are dead-lettered, and then none. */
  deadLetter(records: readonly SinkRecord[]): Promise<void>;
  /** Replays what is in the queue, and tells what became of it: how many by ending. */
  replay(transform: Transform | null, dryRun?: boolean): Promise<Readonly<Record<string, number>>>;
  /** All rows, in the order of this column, in a session of the usual settings. */
  rows(select: string, order: string): Promise<(string | null)[][]>;
  deadLetters(): Promise<DeadLetter[]>;
}

/** Sessions in which a time, a date or an interval that leaves anything open is read as another. */
const MISLEADING = {
  TimeZone: 'Asia/Kathmandu',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
};
const PLAIN =
  "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL extra_float_digits = 1";

/**
 * @param ddl creates the table of the definition
 * @param table as SQL names it
 */
export async function createWorld(
  sinks: CompiledSinks,
  ddl: string,
  table: string,
): Promise<World> {
  const { database, queue, sink } = await createDirectSink({}, sinks);
  const { query, pool } = database;
  const key = quoteList(sinks.all.flatMap((one) => keyNames(one.table)).slice(0, 1));
  const name = new URL(database.url).pathname.slice(1);
  for (const [setting, value] of Object.entries(MISLEADING))
    await query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  await query(ddl);

  async function send(records: readonly SinkRecord[]): Promise<void> {
    const deadline = startDeadline(60_000);
    const { failed, passedOver } = await sink(
      { records, size: records.length, source: null },
      deadline,
    );
    deadline.clear();
    const [first] = failed;
    if (first) throw first.cause;
    expect(passedOver).toEqual([]);
  }

  return {
    ...{ database, send },
    commands: await watch(database, table),
    async deadLetter(records) {
      // A rule without columns would be the fault of the deployment.
      await query(`ALTER TABLE ${table} ADD CONSTRAINT closed CHECK (${key} IS NULL)`);
      await send(records);
      await query(`ALTER TABLE ${table} DROP CONSTRAINT closed`);
    },
    async replay(transform, dryRun = false) {
      const settings = readReplaySettings(
        {
          ...{ DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: queue.url },
          KAFKA_BOOTSTRAP_SERVERS: 'localhost:1',
        },
        null,
      );
      const ledger = createLedger(false);
      const { cause } = await withQueue(queue.url, 60, (session) =>
        runReplay(session, settings, sinks, { ...OPTIONS, transform, dryRun }, ledger, NEVER),
      );
      if (cause) throw cause;
      return Object.fromEntries(
        Object.entries(Object.groupBy(ledger.groups(), ({ ending }) => ending)).map(
          ([ending, groups]) => [ending, groups.reduce((sum, { count }) => sum + count, 0)],
        ),
      );
    },
    async rows(select, order) {
      const client = await pool.connect();
      try {
        await client.query(`BEGIN; ${PLAIN}`);
        const text = `SELECT ${select} FROM ${table} ORDER BY ${order}`;
        return (await client.query({ text, rowMode: 'array' })).rows;
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    },
    deadLetters: queue.takeDeadLetters,
  };
}

const OPTIONS = {
  selection: { reason: null, since: null, until: null, topic: null, ids: null },
  ...{ limit: 100_000, rate: null, maxAttempts: 5 },
  ...{ discardMissing: false, redact: false },
};
const NEVER = new AbortController().signal;
