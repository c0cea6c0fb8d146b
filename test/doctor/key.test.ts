import { expect, test } from 'vitest';
import { SINK } from '../support/notifications.ts';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

const TWO = { ...SINK.table, key: [0, 6] };

test.each([
  ['id', SINK.table, 'ALTER TABLE notifications ADD UNIQUE NULLS NOT DISTINCT (id)'],
  ['id, source_topic', TWO, 'ALTER TABLE notifications ADD UNIQUE (source_topic, id)'],
])('columns of the key that can be NULL: %s', async (names, table, unique) => {
  const { database, env } = await createSetup();
  const nullable = names.split(', ').map((name) => `ALTER ${name} DROP NOT NULL`);
  await database.query(
    `ALTER TABLE notifications DROP CONSTRAINT notifications_pkey, ${nullable}; ${unique}`,
  );
  const set = names.split(', ').map((name) => `ALTER COLUMN "${name}" SET NOT NULL`);
  const diagnosis = await diagnose(env, { tables: [table] });
  expect(diagnosis.of('table key')).toMatchObject([
    {
      status: 'failed',
      detail: `${names} of the key can be NULL: rows of one key would not be told from each other`,
      remedy: `ALTER TABLE "notifications" ${set.join(', ')};`,
    },
  ]);
});

test('a column of the key that a domain keeps from being NULL', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE DOMAIN own_id AS uuid NOT NULL;
     ALTER TABLE notifications DROP CONSTRAINT notifications_pkey, ALTER id TYPE own_id;
     ALTER TABLE notifications ALTER id DROP NOT NULL, ADD UNIQUE (id)`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table key')).toMatchObject([{ status: 'passed' }]);
});

test('an index that was not built to its end', async () => {
  const { database, env } = await createSetup();
  await database.query('ALTER TABLE notifications DROP CONSTRAINT notifications_pkey');
  await database.query('CREATE UNIQUE INDEX half ON notifications (id)');
  await database.query(
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half'::regclass",
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table key')).toMatchObject([finding('failed', /valid/, /^ALTER TABLE/)]);
});

test('an index of the key with a collation of its own', async () => {
  const { database, env } = await createSetup();
  const table = { ...SINK.table, key: [6] };
  await database.query(`
    ALTER TABLE notifications ALTER source_topic SET NOT NULL;
    CREATE UNIQUE INDEX own ON notifications (source_topic COLLATE "POSIX")`);
  const diagnosis = await diagnose(env, { tables: [table] });
  expect(diagnosis.of('table key')).toMatchObject([
    finding('failed', /compares source_topic by another collation than the column's/, /COLLATE/),
  ]);
  await database.query('DROP INDEX own; CREATE UNIQUE INDEX own ON notifications (source_topic)');
  expect((await diagnose(env, { tables: [table] })).of('table key')).toMatchObject([
    { status: 'passed' },
  ]);
});

/** The table, in partitions. */
const partitioned = (by: string, key: string) =>
  `ALTER TABLE notifications RENAME TO old; ALTER TABLE old DROP CONSTRAINT notifications_pkey;
   CREATE TABLE notifications (LIKE old INCLUDING DEFAULTS, ${key}) PARTITION BY HASH (${by});
   CREATE TABLE one PARTITION OF notifications FOR VALUES WITH (MODULUS 1, REMAINDER 0);
   GRANT INSERT, SELECT ON notifications TO PUBLIC`;

test('a table that is partitioned by a column of the key', async () => {
  const { database, env } = await createSetup();
  await database.query(partitioned('source_topic', 'PRIMARY KEY (id, source_topic)'));
  const diagnosis = await diagnose(env, { tables: [TWO] });
  expect(diagnosis.of('table key')).toMatchObject([{ status: 'passed' }]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'passed' }]);
});

test.each([
  [
    'a column that is not in the key',
    'source_topic',
    /^the table is partitioned by source_topic, which is not in the key: id cannot be unique in it$/,
    /^Add source_topic to the key of the definition/,
  ],
  [
    'an expression',
    'lower(source_topic)',
    /^the table is partitioned by an expression, so that id cannot be unique in it$/,
    /^Partition it by columns of the key/,
  ],
])('a table that is partitioned by %s', async (_, by, detail, remedy) => {
  const { database, env } = await createSetup();
  await database.query(partitioned(by, 'CHECK (true)'));
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table key')).toMatchObject([finding('failed', detail, remedy)]);
});
