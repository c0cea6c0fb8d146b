import type pg from 'pg';
import { markdownTable } from '../local/markdown.ts';
import { createStore } from '../src/postgres/store.ts';
import type { RecordRow } from '../src/record/row.ts';
import { readSettings } from '../src/settings/reader.ts';
import { readSink } from '../src/settings/sink.ts';
import { startDeadline } from '../src/timing/deadline.ts';
import { SINK } from './notifications.ts';
import { freshRows } from './rows.ts';
import { run } from './run.ts';
import { sinkSettings, startWorld } from './world.ts';

const HELP = `npm run bench:slow-table

Stores rows in a table whose trigger takes 3, 20 or 200 ms for each, with the default settings and a deadline of 60 s for a
batch; what a deadline leaves is delivered again until all is stored. Beside it the time of one INSERT for each row on one
connection, from a sample. Takes about five minutes.

  --help  this text`;

const BATCH_MS = 60_000;
const CASES = [
  { msEach: 3, rows: 20_000, batch: 10_000 },
  { msEach: 20, rows: 4000, batch: 4000 },
  { msEach: 200, rows: 600, batch: 600 },
];

await run(HELP, {}, async (cleanup) => {
  const world = await startWorld(cleanup, { kafka: false });
  const lines: string[][] = [];
  for (const { msEach, rows, batch } of CASES) {
    await makeSlow(world.database, msEach);
    const one = await timeOfOne(world.database, Math.ceil(2000 / msEach));
    const { seconds, deliveries } = await store(sinkSettings(world), rows, batch);
    const alone = (one * rows) / 1000;
    lines.push(
      [
        msEach,
        rows,
        seconds.toFixed(1),
        deliveries,
        alone.toFixed(1),
        (alone / seconds).toFixed(2),
      ].map(String),
    );
  }
  const head = ['ms a row', 'rows', 'seconds', 'deliveries', 'row by row, seconds', 'of its speed'];
  console.log(markdownTable(head, lines));
});

async function makeSlow(database: pg.Client, ms: number): Promise<void> {
  await database.query(
    `TRUNCATE notifications;
     CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_sleep(${ms / 1000}); RETURN NEW; END $$;
     CREATE OR REPLACE TRIGGER slow AFTER INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION slow()`,
  );
}

/** Milliseconds of an INSERT of one row. */
async function timeOfOne(database: pg.Client, samples: number): Promise<number> {
  const names = SINK.table.columns.map(({ name }) => name);
  const places = names.map((_, index) => `$${index + 1}`);
  const text = `INSERT INTO notifications (${names}) VALUES (${places}) ON CONFLICT (id) DO NOTHING`;
  const start = performance.now();
  for (const row of freshRows(samples)) await database.query(text, [...row]);
  return (performance.now() - start) / samples;
}

async function store(env: Readonly<Record<string, string>>, count: number, batch: number) {
  const { store, close } = createStore(readSettings(env, readSink), {
    onRetry() {},
    onCircuit() {},
  });
  const { table } = SINK;
  let left = freshRows(count).map((row, offset): RecordRow => {
    const coordinates = { topic: 'notifications', partition: 0, offset, timestamp: 0 };
    const rest = { timestampType: null, key: null, value: null, headers: [] };
    return { record: { ...coordinates, ...rest }, row, table };
  });
  let deliveries = 0;
  const start = performance.now();
  while (left.length > 0) {
    const deadline = startDeadline(BATCH_MS);
    const { stored, rejected } = await store(left.slice(0, batch), deadline);
    deadline.clear();
    if (rejected.length > 0) throw new Error(`${rejected.length} records were rejected`);
    const done = new Set(stored);
    left = left.filter(({ record }) => !done.has(record));
    deliveries += 1;
  }
  const seconds = (performance.now() - start) / 1000;
  await close();
  return { seconds, deliveries };
}
