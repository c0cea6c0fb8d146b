import pg from 'pg';
import { compile } from '../src/definition/compile.ts';
import { bigint, defineSink, integer, text, timestamptz } from '../src/index.ts';
import { columnNames, quoteList } from '../src/postgres/identifiers.ts';
import { createStore } from '../src/postgres/store.ts';
import type { RecordRow } from '../src/record/row.ts';
import type { Values } from '../src/record/table.ts';
import { readSettings } from '../src/settings/reader.ts';
import { readSink } from '../src/settings/sink.ts';
import { startDeadline } from '../src/timing/deadline.ts';
import { type Contender, contest } from './contest.ts';
import { table as markdown } from './report.ts';
import { run } from './run.ts';
import { sinkSettings, startWorld } from './world.ts';

const HELP = `npm run bench:states

Writes 10,000 records into a table of states: of keys that are not there, and of 100 keys, 100 records each. Beside it a plain
INSERT … ON CONFLICT DO UPDATE of the same rows; one that may not have a key twice takes those of 100 keys in 100 statements.
Takes about a minute.

  --help  this text`;

const COUNT = 10_000;
const FEW = 100;
const ROUNDS = 20;

const { table } = compile(
  defineSink({
    ...{ topic: 'customers', table: 'customers', key: 'id' },
    columns: {
      ...{ id: bigint(), version: bigint(), name: text(), email: text() },
      ...{ points: integer(), updated_at: timestamptz() },
    },
    write: { mode: 'upsert', version: 'version' },
  }),
);
const NAMES = columnNames(table);

let version = 0;

/** @param keys how many there are */
function makeRows(keys: number, first: number): Values[] {
  return Array.from({ length: COUNT }, (_, n) => {
    version += 1;
    const id = first + (n % keys);
    const [name, email] = [`Customer ${id}`, `customer-${id}@example.com`];
    return [`${id}`, `${version}`, name, email, `${n}`, '2026-11-27T10:00:00Z'];
  });
}

const recordsOf = (rows: readonly Values[]) =>
  rows.map((row, offset): RecordRow => {
    const coordinates = { topic: 'customers', partition: 0, offset, timestamp: 0 };
    const rest = { timestampType: null, key: null, value: null, headers: [] };
    return { record: { ...coordinates, ...rest }, row, table };
  });

const PLAIN = `INSERT INTO customers (${quoteList(NAMES)})
SELECT * FROM unnest(${table.columns.map(({ type }, at) => `$${at + 1}::${type}[]`)})
    ON CONFLICT (id) DO UPDATE SET ${NAMES.slice(1).map((name) => `${name} = excluded.${name}`)}`;

async function upsert(client: pg.Client, rows: readonly Values[]): Promise<void> {
  const values = NAMES.map((_, column) => rows.map((row) => row[column]));
  await client.query({ name: 'plain', text: PLAIN, values });
}

await run(HELP, {}, async (cleanup) => {
  const world = await startWorld(cleanup, { kafka: false });
  const { database, postgresUrl } = world;
  await database.query(
    'CREATE TABLE customers (id bigint PRIMARY KEY, version bigint NOT NULL, name text, email text, points int, updated_at timestamptz)',
  );
  const client = new pg.Client(postgresUrl);
  await client.connect();
  cleanup.defer(() => client.end());
  const observer = { onRetry() {}, onCircuit() {} };
  const { store, close } = createStore(readSettings(sinkSettings(world), readSink), observer);
  cleanup.defer(close);

  const bySink = (name: string, keys: number): Contender => ({
    name,
    prepare() {
      const batch = recordsOf(makeRows(keys, keys === FEW ? 0 : version));
      return async () => {
        const deadline = startDeadline(60_000);
        const { stored } = await store(batch, deadline);
        deadline.clear();
        if (stored.length !== COUNT) throw new Error(`${stored.length} of ${COUNT} were stored`);
      };
    },
  });
  const fresh = await contest(
    [
      bySink('kafka-pg-sink', COUNT),
      {
        name: 'one INSERT … ON CONFLICT DO UPDATE',
        prepare() {
          const rows = makeRows(COUNT, version);
          return () => upsert(client, rows);
        },
      },
    ],
    async () => {
      await database.query('TRUNCATE customers');
    },
    ROUNDS,
  );
  console.log(`### ${COUNT} records of as many new keys\n\n${markdown(fresh)}\n`);
  const repeated = await contest(
    [
      bySink('kafka-pg-sink', FEW),
      {
        name: `${COUNT / FEW} INSERTs … ON CONFLICT DO UPDATE`,
        prepare() {
          const rows = makeRows(FEW, 0);
          return async () => {
            for (let from = 0; from < COUNT; from += FEW)
              await upsert(client, rows.slice(from, from + FEW));
          };
        },
      },
    ],
    async () => {},
    ROUNDS,
  );
  console.log(`### ${COUNT} records over ${FEW} keys\n\n${markdown(repeated)}`);
});
