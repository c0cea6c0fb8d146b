import { expect, test } from 'vitest';
import { children, EVENTS, RANGES } from '../postgres/support/events.ts';
import { SINK } from '../support/notifications.ts';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

test('a missing table', async () => {
  const { database, env } = await createSetup();
  await database.query('DROP TABLE notifications');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table')).toMatchObject([
    finding('failed', /^the table notifications does not exist$/, /npx kafka-pg-sink migrate/),
  ]);
  expect(diagnosis.named('failed')).toEqual(['table']);
  expect(diagnosis.of('table insert')).toMatchObject([{ detail: 'needs: table' }]);
});

test('a table in a schema that the search path does not reach', async () => {
  const { database, env, user } = await createSetup();
  await database.query('CREATE SCHEMA app; ALTER TABLE notifications SET SCHEMA app');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table')).toMatchObject([
    finding(
      'failed',
      /there is app\.notifications$/,
      new RegExp(
        `^GRANT USAGE ON SCHEMA "app" TO "${user}";\nWrite table: 'app\\.notifications' in the definition\\.$`,
      ),
    ),
  ]);
});

test('a schema that the user may not look into', async () => {
  const { database, env } = await createSetup();
  await database.query('CREATE SCHEMA app; ALTER TABLE notifications SET SCHEMA app');
  const diagnosis = await diagnose(env, {
    tables: [{ ...SINK.table, name: ['app', 'notifications'] }],
  });
  expect(diagnosis.of('table')).toMatchObject([
    finding('failed', /may not look into the schema app/, /GRANT USAGE ON SCHEMA "app"/),
  ]);
});

test('a materialized view in the place of the table', async () => {
  const { database, env } = await createSetup();
  await database.query(
    'ALTER TABLE notifications RENAME TO old; CREATE MATERIALIZED VIEW notifications AS TABLE old',
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table')).toMatchObject([
    finding('failed', /is a materialized view, not a table/, /Name a table/),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'skipped' }]);
});

test('a view whose trigger stores the row', async () => {
  const { database, env } = await createSetup();
  await database.query(`
    ALTER TABLE notifications RENAME TO old; CREATE VIEW notifications AS TABLE old;
    CREATE FUNCTION store() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO old VALUES (NEW.*); RETURN NEW; END $$;
    CREATE TRIGGER store INSTEAD OF INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION store()`);
  expect((await diagnose(env)).of('table')).toMatchObject([
    finding('failed', /is a view, not a table/, /table behind it.*BEFORE INSERT/),
  ]);
});

test.each([
  ['nothing', 'DO INSTEAD NOTHING'],
  ['log', 'DO ALSO INSERT INTO log VALUES (NEW.id)'],
  ['partly', "WHERE NEW.title = 'x' DO INSTEAD NOTHING"],
])('a table with a rule that counts for some ways of storing only: %s', async (name, rule) => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE TABLE log (id uuid); CREATE RULE ${name} AS ON INSERT TO notifications ${rule}`,
  );
  expect((await diagnose(env)).of('table')).toMatchObject([
    finding('failed', new RegExp(`rules .*\\(${name}\\)`), /^DROP RULE .*\n.*as triggers/),
  ]);
  await database.query(`ALTER TABLE notifications DISABLE RULE ${name}`);
  expect((await diagnose(env)).of('table')).toMatchObject([{ status: 'passed' }]);
});

test.each([
  ['takes repeats', children(), 'warned', /into a child of the table/, /PARTITION BY/],
  [
    'refuses repeats',
    children(undefined, ''),
    'failed',
    /^the same row is refused when it comes again: .*23505 \(constraint events_\d+_pkey\)/,
    /ON CONFLICT DO NOTHING/,
  ],
  ['doubles repeats', children(''), 'failed', /^the same row was stored twice/, /in each child/],
] as const)(
  'a table whose trigger puts rows into children and %s',
  async (_, setup, status, detail, remedy) => {
    const { database, env, user } = await createSetup();
    await database.query(`${setup} GRANT INSERT, SELECT ON events TO ${user}`);
    const diagnosis = await diagnose(env, { tables: [EVENTS] });
    expect(diagnosis.of('table insert')).toMatchObject([finding(status, detail, remedy)]);
    expect(await database.query('SELECT FROM events')).toEqual([]);
  },
);

test('a table in ranges of time', async () => {
  const { database, env, user } = await createSetup();
  await database.query(`${RANGES} GRANT INSERT, SELECT ON events TO ${user}`);
  expect((await diagnose(env, { tables: [EVENTS] })).named('failed')).toEqual([]);
});

test('a table that PostgreSQL empties after a crash, and the statement that repairs it', async () => {
  const { database, env } = await createSetup();
  await database.query('ALTER TABLE notifications SET UNLOGGED');
  const [check] = (await diagnose(env)).of('table');
  expect(check).toMatchObject(
    finding('warned', /^UNLOGGED: notifications:/, /^ALTER TABLE notifications SET LOGGED;$/),
  );
  await database.query(check?.remedy ?? '');
  expect((await diagnose(env)).of('table')).toMatchObject([{ status: 'passed' }]);
});

test('a partition that PostgreSQL empties after a crash', async () => {
  const { database, env } = await createSetup();
  await database.query(`
    ALTER TABLE notifications RENAME TO old;
    CREATE TABLE notifications (LIKE old INCLUDING ALL) PARTITION BY HASH (id);
    CREATE TABLE part_0 PARTITION OF notifications FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE UNLOGGED TABLE "Part 1" PARTITION OF notifications FOR VALUES WITH (MODULUS 2, REMAINDER 1)`);
  const [check] = (await diagnose(env)).of('table');
  expect(check).toMatchObject(
    finding('warned', /^UNLOGGED: "Part 1":/, /^ALTER TABLE "Part 1" SET LOGGED;$/),
  );
  await database.query(check?.remedy ?? '');
  expect((await diagnose(env)).of('table')).toMatchObject([{ status: 'passed' }]);
});

test('missing columns, each with the statement that adds it', async () => {
  const { database, env } = await createSetup();
  await database.query('ALTER TABLE notifications DROP COLUMN title, DROP COLUMN source_offset');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toMatchObject([
    finding('failed', /^title is missing$/, /ALTER TABLE "notifications" ADD COLUMN "title" text;/),
    finding('failed', /^source_offset is missing$/, /ADD COLUMN "source_offset" bigint;/),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /SQLSTATE 42703/, /Add the columns/),
  ]);
});

test('a column of a type that takes no value of the sink', async () => {
  const { database, env } = await createSetup();
  await database.query('ALTER TABLE notifications ALTER COLUMN user_id TYPE int USING 0');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toMatchObject([
    finding(
      'failed',
      /^user_id is integer, not uuid: it refuses/,
      /TYPE uuid USING "user_id"::text::uuid;/,
    ),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /SQLSTATE 42804/, /Change the types/),
  ]);
});

test.each([
  ['source_offset', 'int', 'integer, not bigint'],
  ['title', 'varchar(100)', 'character varying(100), not text'],
])('a column %s of type %s, which takes some values only', async (column, type, detail) => {
  const { database, env } = await createSetup();
  await database.query(`ALTER TABLE notifications ALTER COLUMN ${column} TYPE ${type}`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toEqual([
    expect.objectContaining({
      status: 'warned',
      detail: `${column} is ${detail}: a record whose value does not fit is dead-lettered`,
    }),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'passed' }]);
});

test.each([
  ['created_at', 'timestamp', 'timestamp without time zone, not timestamptz'],
  ['created_at', 'timestamptz(3)', 'timestamp(3) with time zone, not timestamptz'],
  ['title', 'char(100)', 'character(100), not text'],
  ['source_offset', 'double precision', 'double precision, not bigint'],
])('a column %s of type %s, which would change values', async (column, type, detail) => {
  const { database, env } = await createSetup();
  await database.query(`ALTER TABLE notifications ALTER COLUMN ${column} TYPE ${type}`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toEqual([
    expect.objectContaining({
      status: 'failed',
      detail: `${column} is ${detail}: it refuses values, or changes them in silence`,
    }),
  ]);
});

test('accepts wider types, and domains without a rule of their own', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE DOMAIN heading AS text;
     ALTER TABLE notifications ALTER COLUMN source_partition TYPE numeric,
       ALTER COLUMN event_type TYPE varchar, ALTER COLUMN title TYPE heading`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toMatchObject([{ status: 'passed' }]);
});

test('a column that must not be null, and that the sink does not know', async () => {
  const { database, env } = await createSetup();
  await database.query('ALTER TABLE notifications ADD COLUMN tenant text NOT NULL');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toMatchObject([
    finding('failed', /^tenant must not be null, and nothing fills it$/, /DROP NOT NULL/),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /^the column tenant must not be null/, /default/),
  ]);
});

test('a column that must not be null, and that a trigger fills', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `ALTER TABLE notifications ADD COLUMN tenant text NOT NULL;
     CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tenant := 'a'; RETURN NEW; END $$;
     CREATE TRIGGER fill BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION fill()`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table columns')).toMatchObject([{ status: 'warned' }]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'passed' }]);
});

test.each([
  ['no key at all', '', 'PRIMARY KEY'],
  ['a key of two columns', 'ALTER TABLE notifications ADD PRIMARY KEY (id, created_at)', 'UNIQUE'],
  [
    'a unique index over some rows',
    "CREATE UNIQUE INDEX ON notifications (id) WHERE title <> ''",
    'PRIMARY KEY',
  ],
  [
    'a unique index over an expression',
    'CREATE UNIQUE INDEX ON notifications ((id::text))',
    'PRIMARY KEY',
  ],
  ['a deferrable key', 'ALTER TABLE notifications ADD UNIQUE (id) DEFERRABLE', 'PRIMARY KEY'],
])('%s, so that PostgreSQL cannot tell duplicates', async (_, key, kind) => {
  const { database, env } = await createSetup();
  await database.query(`ALTER TABLE notifications DROP CONSTRAINT notifications_pkey; ${key}`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table key')).toMatchObject([
    finding(
      'failed',
      /^id is neither/,
      new RegExp(`^ALTER TABLE "notifications" ADD ${kind} \\("id"\\);$`),
    ),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'failed' }]);
});

test('a unique index is as good as a primary key', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `ALTER TABLE notifications DROP CONSTRAINT notifications_pkey;
     CREATE UNIQUE INDEX ON notifications (id)`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table key')).toMatchObject([{ status: 'passed' }]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'passed' }]);
});

test('row security that lets the user insert nothing', async () => {
  const { database, env } = await createSetup();
  await database.query('ALTER TABLE notifications ENABLE ROW LEVEL SECURITY');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /no policy lets the user insert the row and see it/, /^CREATE POLICY/),
  ]);
});

test('a table behind a trigger that may not be written to', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE TABLE audit (id uuid);
     CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO public.audit VALUES (NEW.id); RETURN NEW; END $$;
     CREATE TRIGGER note AFTER INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION note()`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /something else is denied \(42501\)/, /what triggers and defaults/),
  ]);
});

test.each([
  ['CHECK', "ADD CONSTRAINT known CHECK (event_type = 'order')", '23514 (constraint known)'],
  [
    'deferred foreign key',
    'ADD CONSTRAINT whose FOREIGN KEY (user_id) REFERENCES users DEFERRABLE INITIALLY DEFERRED',
    '23503 (constraint whose)',
  ],
])('a %s that refuses the invented row is a warning', async (_, constraint, shown) => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE TABLE users (id uuid PRIMARY KEY); ALTER TABLE notifications ${constraint}`,
  );
  const diagnosis = await diagnose(env);
  const [check] = diagnosis.of('table insert');
  expect(check?.status).toBe('warned');
  expect(check?.detail).toContain(`SQLSTATE ${shown}`);
  expect(diagnosis.named('failed')).toEqual([]);
});

test('a trigger that keeps rows from the table', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
     CREATE TRIGGER swallow BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION swallow()`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('warned', /trigger kept the row from the table/, /counts it \(RecordsKeptOut\)/),
  ]);
});

test('a table that somebody has locked, without waiting for long', async () => {
  const { database, env } = await createSetup();
  const holder = await database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE notifications');
  const diagnosis = await diagnose(env);
  await holder.query('ROLLBACK');
  holder.release();
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /locked for 2000 ms.*55P03/, /pg_locks/),
  ]);
});

test('leaves no row behind, also where the insert sets triggers off', async () => {
  const { database, env } = await createSetup();
  await database.query(
    `CREATE TABLE audit (id uuid);
     CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
       $$ BEGIN INSERT INTO public.audit VALUES (NEW.id); RETURN NEW; END $$;
     CREATE TRIGGER note AFTER INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION note()`,
  );
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('table insert')).toMatchObject([
    { status: 'passed', detail: 'a row was inserted and rolled back' },
  ]);
  expect(
    await database.query(
      'SELECT (SELECT count(*)::int FROM notifications) AS rows, (SELECT count(*)::int FROM audit) AS notes',
    ),
  ).toEqual([{ rows: 0, notes: 0 }]);
});

test('looks at the table of each definition, also where two have one table', async () => {
  const { env } = await createSetup();
  const absent = { ...SINK.table, name: ['app', 'orders'] };
  const { checks } = await diagnose(env, { tables: [SINK.table, absent, SINK.table] });
  const found = checks.filter(({ name }) => name === 'table' || name === 'table insert');
  expect(found.map(({ name, status, detail }) => [name, status, detail])).toEqual([
    ['table', 'passed', 'notifications: notifications exists'],
    ['table insert', 'passed', 'notifications: a row was inserted and rolled back'],
    ['table', 'failed', 'app.orders: the table app.orders does not exist'],
    ['table insert', 'skipped', 'app.orders: needs: table'],
    ['table', 'passed', 'notifications: notifications exists'],
    ['table insert', 'passed', 'notifications: a row was inserted and rolled back'],
  ]);
});
