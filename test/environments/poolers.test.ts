import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../local/ports.ts';
import type { Check } from '../../src/doctor/check.ts';
import { examine } from '../../src/doctor/doctor.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import type { Table } from '../../src/record/table.ts';
import { readDatabase } from '../../src/settings/database.ts';
import { MIGRATIONS } from '../../src/settings/migration.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { createProcess } from '../faults/support/killable-environment.ts';
import { makeSamples } from '../faults/support/records.ts';
import { runScenario } from '../faults/support/scenario.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { PGBOUNCER, startPgBouncer } from './support/pgbouncer.ts';

const MODES = ['transaction', 'session'] as const;
type Mode = (typeof MODES)[number] | 'statement';

/** A database behind PgBouncer. */
async function pooledDatabase(mode: Mode, servers: number) {
  const database = await createDatabase();
  const pooler = await startPgBouncer({ url: database.url, mode, servers });
  onTestFinished(() => pooler.stop());
  return { database, pooler, url: pooler.through(database.url) };
}

/** A table of numbers, and a row of it. */
const tableOf = (name: string): Table => ({
  name: ['public', name],
  columns: [
    { name: 'id', type: 'bigint', nullable: false },
    { name: 'note', type: 'text', nullable: true },
  ],
  key: [0],
  onConflict: 'ignore',
});
const numbers = (first: number, count: number, note: string | null = null) =>
  Array.from({ length: count }, (_, n) => [String(first + n), note]);

describe.skipIf(PGBOUNCER === null)('behind PgBouncer', () => {
  test.each(MODES)(
    'in %s mode, 8 connections of 4 processes share 3 of the server, and all records arrive',
    async (mode) => {
      const port = await freePort();
      await runScenario({
        samples: makeSamples(100_000),
        environments: 4,
        start: createProcess,
        env: ({ url }) => ({ DATABASE_URL: url(port), DATABASE_POOL_SIZE: '2' }),
        prepare: async ({ url, postgres }) => {
          const pooler = await startPgBouncer({ url: url(postgres.port), mode, port, servers: 3 });
          onTestFinished(() => pooler.stop());
        },
        check: async (_, { failedInvocations }) => {
          expect(failedInvocations).toBe(0);
          return undefined;
        },
      });
    },
  );

  test.each(MODES)('in %s mode, two sinks keep to their own tables', async (mode) => {
    const { database, url } = await pooledDatabase(mode, mode === 'session' ? 4 : 1);
    const sinks = ['first', 'second'].map((name) => ({
      name,
      table: tableOf(name),
      store: createStoreOf({ url }),
    }));
    for (const { name } of sinks)
      await database.query(
        `CREATE TABLE ${name} (id bigint PRIMARY KEY, note text CHECK (note <> 'bad'))`,
      );
    await Promise.all(
      sinks.map(async ({ name, table, store }) => {
        for (let batch = 0; batch < 100; batch += 1) {
          const rows = [
            ...numbers(batch * 50, 49, name),
            ['-1', 'bad'],
            [String(batch * 50), name],
          ];
          const { stored, rejected } = await store(rowsOf(table, rows));
          expect([stored.length, rejected.length]).toEqual([50, 1]);
        }
      }),
    );
    for (const { name } of sinks)
      expect(await database.query(`SELECT note, count(*)::int FROM ${name} GROUP BY note`)).toEqual(
        [{ note: name, count: 4900 }],
      );
  });

  test('a COPY that is refused while its rows come leaves the connection in order for others', async () => {
    const { database, url } = await pooledDatabase('transaction', 2);
    await database.query('CREATE TABLE first (id bigint PRIMARY KEY, note text)');
    const table = tableOf('first');
    const store = createStoreOf({ url });
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    onTestFinished(() => other.end());
    let storing = true;
    const others = (async () => {
      for (let n = 0; storing; n += 1)
        expect((await other.query('SELECT $1::int AS n', [n])).rows).toEqual([{ n }]);
    })();
    for (let batch = 0; batch < 20; batch += 1) {
      // The first is there already: PostgreSQL says so when it reads it, with most of the others still to come.
      const rows = [['0', null], ...numbers(1 + batch * 5000, 5000, 'x'.repeat(200))];
      const { stored, failed } = await store(rowsOf(table, rows));
      expect([stored.length, failed]).toEqual([5001, []]);
    }
    storing = false;
    await others;
    expect(await database.query('SELECT count(*)::int FROM first')).toEqual([{ count: 100_001 }]);
  });

  test('nothing of the sink stays with a connection that others get', async () => {
    const { database, url } = await pooledDatabase('transaction', 1);
    const state = `SELECT name, setting FROM pg_settings WHERE context = 'user' ORDER BY name`;
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    onTestFinished(() => other.end());
    const before = (await other.query(state)).rows;
    await database.query('CREATE TABLE first (id bigint PRIMARY KEY, note text)');
    const { stored } = await createStoreOf({ url })(rowsOf(tableOf('first'), numbers(0, 3000)));
    expect(stored).toHaveLength(3000);
    await other.query("SET application_name = ''");
    const unset = (rows: { name: string }[]) =>
      rows.filter(({ name }) => name !== 'application_name');
    expect(unset((await other.query(state)).rows)).toEqual(unset(before));
    expect((await other.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([]);
  });

  test('migrations wait for each other, and leave neither lock nor search path behind', async () => {
    const { database, url } = await pooledDatabase('transaction', 3);
    await database.query('DROP SCHEMA public CASCADE');
    const config = readSettings({ DATABASE_URL: url }, readDatabase);
    const run = () => migrate(config, { connectionString: url }, MIGRATIONS, () => {});
    const names = await Promise.all([run(), run(), run()]);
    expect(names.flat()).toEqual(['0001_create-notifications']);
    expect(await run()).toEqual([]);
    expect(await database.query("SELECT * FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    expect((await client.query('SHOW search_path')).rows).toEqual([
      { search_path: '"$user", public' },
    ]);
  });

  test('a pooler in statement mode is refused with a sentence, and no record with it', async () => {
    const { database, url } = await pooledDatabase('statement', 2);
    await database.query('CREATE TABLE first (id bigint PRIMARY KEY, note text)');
    const { failed, rejected } = await createStoreOf({ url })(
      rowsOf(tableOf('first'), numbers(0, 10)),
    );
    expect([failed.length, rejected.length]).toEqual([10, 0]);
    expect(failed[0]?.cause).toMatchObject({
      fault: 'deployment',
      message: expect.stringContaining('Set its pool_mode to transaction or session'),
    });
  });

  test.each([
    ['transaction', 'passed', 'PgBouncer 1.18.0 in transaction mode'],
    ['session', 'passed', 'PgBouncer 1.18.0 in session mode'],
    ['statement', 'failed', 'PgBouncer 1.18.0 in statement mode'],
  ] as const)('doctor knows %s mode', async (mode, status, detail) => {
    const { url } = await pooledDatabase(mode, 3);
    const env = { DATABASE_URL: url, DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/1/none' };
    const checks: Check[] = [];
    for await (const check of examine(env, [], { functionName: null, send: false } as never))
      checks.push(check);
    expect(checks.find(({ name }) => name === 'database pooler')).toMatchObject({
      status,
      detail: expect.stringContaining(detail),
    });
  });
});
