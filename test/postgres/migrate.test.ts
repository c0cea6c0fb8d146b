import { expect, test } from 'vitest';
import { migrate } from '../../src/postgres/migrate.ts';
import { readMigrationSettings } from '../../src/settings/migration.ts';
import { createDatabase } from '../support/database.ts';

/** A database that has nothing in it yet. */
async function emptyDatabase() {
  const database = await createDatabase();
  await database.query('DROP SCHEMA public CASCADE');
  const config = readMigrationSettings({ DATABASE_URL: database.url });
  const run = () => migrate(config, { connectionString: database.url }, () => {});
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

test('fails with a StoreError that names the cause where the database cannot be reached', async () => {
  const config = readMigrationSettings({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/db' });
  await expect(
    migrate(config, { connectionString: 'postgres://u:p@127.0.0.1:1/db' }, () => {}),
  ).rejects.toMatchObject({ name: 'StoreError', fault: 'transient', code: 'ECONNREFUSED' });
});
