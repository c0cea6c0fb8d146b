import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { migrate } from '../../src/postgres/migrate.ts';
import { readDatabase } from '../../src/settings/database.ts';
import { MIGRATIONS } from '../../src/settings/migration.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { createProject } from '../authoring/support/project.ts';
import { createDatabase } from '../support/database.ts';

/** A database that has nothing in it yet. */
async function emptyDatabase() {
  const database = await createDatabase();
  await database.query('DROP SCHEMA public CASCADE');
  const config = readSettings({ DATABASE_URL: database.url }, readDatabase);
  const run = (migrations = MIGRATIONS) =>
    migrate(config, { connectionString: database.url }, migrations, () => {});
  return { database, run };
}

test('creates the table with the columns, the key and the index that the sink needs', async () => {
  const { database, run } = await emptyDatabase();
  expect(await run()).toEqual(['0001_create-notifications']);
  const columns = await database.query(
    `SELECT column_name AS name, udt_name AS type, is_nullable AS nullable
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'notifications'
      ORDER BY ordinal_position`,
  );
  expect(columns).toEqual(
    Object.entries({
      id: 'uuid',
      user_id: 'uuid',
      event_type: 'text',
      title: 'text',
      body: 'text',
      created_at: 'timestamptz',
      source_topic: 'text',
      source_partition: 'int4',
      source_offset: 'int8',
      inserted_at: 'timestamptz',
    }).map(([name, type]) => ({ name, type, nullable: 'NO' })),
  );
  const indexes = await database.query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'notifications' ORDER BY 1",
  );
  expect(indexes.map(({ indexdef }) => indexdef.replace(/.* USING btree /, ''))).toEqual([
    '(user_id, created_at DESC)',
    '(id)',
  ]);
});

test('does nothing when run again', async () => {
  const { run } = await emptyDatabase();
  await run();
  expect(await run()).toEqual([]);
});

test('runs each migration once when several start at the same time', async () => {
  const { run } = await emptyDatabase();
  const names = await Promise.all([run(), run(), run(), run()]);
  expect(names.flat()).toEqual(['0001_create-notifications']);
});

/** A folder with these migrations, and what {@link emptyDatabase} runs. */
function projectOf(history: string, files: Readonly<Record<string, string>>) {
  const project = createProject();
  const directory = project.path('migrations');
  mkdirSync(directory);
  for (const [name, sql] of Object.entries(files)) project.write(`migrations/${name}`, sql);
  return { directory, history };
}

test('two projects in one database each have a history of their own', async () => {
  const { database, run } = await emptyDatabase();
  const orders = projectOf('orders_migrations', {
    '0001_create-orders.sql':
      '-- Up Migration\nCREATE TABLE orders (id int);\n-- Down Migration\nDROP TABLE orders;',
    '0002_note.sql': 'ALTER TABLE orders ADD note text;',
  });
  expect(await run(orders)).toEqual(['0001_create-orders', '0002_note']);
  expect(await run()).toEqual(['0001_create-notifications']);
  expect(await run(orders)).toEqual([]);
  expect(await database.query('SELECT * FROM orders')).toEqual([]);
});

test('where a migration is wrong, none is run, and PostgreSQL says what is wrong with it', async () => {
  const { database, run } = await emptyDatabase();
  const broken = projectOf('broken_migrations', {
    '0001_create-a.sql': 'CREATE TABLE a (id int);',
    '0002_create-b.sql': 'CREATE TABEL b (id int);',
  });
  await expect(run(broken)).rejects.toMatchObject({
    name: 'AuthoringError',
    message: `The migrations of ${broken.directory} cannot be run, and none was: syntax error at or near "TABEL" (SQLSTATE 42601). Correct them, and run migrate again.`,
  });
  expect(await database.query("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
});

test('a migration that was run and is gone, or has another name, is named', async () => {
  const { run } = await emptyDatabase();
  const sql = 'SELECT 1;';
  await run(projectOf('m', { '0001_one.sql': sql }));
  await expect(run(projectOf('m', { '0001_other.sql': sql }))).rejects.toThrow(
    'Not run migration 0001_other is preceding already run migration 0001_one',
  );
});

test('fails with a StoreError that names the cause where the database cannot be reached', async () => {
  const config = readSettings({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/db' }, readDatabase);
  await expect(
    migrate(config, { connectionString: 'postgres://u:p@127.0.0.1:1/db' }, MIGRATIONS, () => {}),
  ).rejects.toMatchObject({ name: 'StoreError', fault: 'transient', code: 'ECONNREFUSED' });
});
