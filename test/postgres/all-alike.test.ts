import { describe, expect, onTestFinished, test } from 'vitest';
import { createStore } from '../../src/postgres/store.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createAnyStore, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { COUNT, DDL, ITEMS, item, RAISE } from './support/refusals.ts';

/** What a deployment can break, so that every row is refused: by what SQLSTATE, and how. */
const BREAKS: readonly (readonly [name: string, sqlstate: string, sql: string])[] = [
  [
    'a default that fails',
    '22012',
    "CREATE FUNCTION fail() RETURNS int LANGUAGE sql AS 'SELECT 1 / (random() * 0)::int'; ALTER TABLE items ADD n int; ALTER TABLE items ALTER n SET DEFAULT fail()",
  ],
  [
    'a rule that forbids ON CONFLICT',
    '0A000',
    'CREATE RULE no_update AS ON UPDATE TO items DO INSTEAD NOTHING',
  ],
  ['a trigger that closes the table', 'P0001', RAISE('true', "RAISE 'closed'")],
  ['a trigger whose settings are gone', 'P0002', RAISE('true', "RAISE SQLSTATE 'P0002'")],
  [
    'a CHECK of a column that the sink does not write, beside a harmless trigger',
    '23514',
    `ALTER TABLE items ADD n int, ADD CONSTRAINT has_n CHECK (n IS NOT NULL) NOT VALID; ${RAISE('false', 'NULL')}`,
  ],
  [
    'a CHECK without columns',
    '23514',
    `CREATE TABLE state AS SELECT true AS open; CREATE FUNCTION is_open() RETURNS boolean LANGUAGE sql AS 'SELECT open FROM public.state';
     ALTER TABLE items ADD CHECK (is_open()); UPDATE state SET open = false`,
  ],
  [
    'a domain of such a column',
    '23514',
    'CREATE DOMAIN positive AS int CHECK (value > 0); ALTER TABLE items ADD n positive; ALTER TABLE items ALTER n SET DEFAULT -1',
  ],
  [
    'a domain of such a column that is one of another column, too',
    '23514',
    `CREATE DOMAIN short AS text CHECK (length(value) < 20); ALTER TABLE items ALTER code TYPE short;
     ALTER TABLE items ADD n short; ALTER TABLE items ALTER n SET DEFAULT repeat('x', 20)`,
  ],
  [
    'a domain of such a column whose constraint has the name of a CHECK',
    '23514',
    `ALTER TABLE items ADD CONSTRAINT small CHECK ("Amount" < 100); CREATE DOMAIN positive AS int CONSTRAINT small CHECK (value > 0);
     ALTER TABLE items ADD n positive; ALTER TABLE items ALTER n SET DEFAULT -1`,
  ],
  [
    'an exclusion constraint of such a column',
    '23P01',
    'ALTER TABLE items ADD n int, ADD EXCLUDE USING btree (n WITH =); ALTER TABLE items ALTER n SET DEFAULT 1; INSERT INTO items (id) VALUES (-1)',
  ],
  [
    'a unique index of such a column that includes one that the sink writes',
    '23505',
    'ALTER TABLE items ADD n int; CREATE UNIQUE INDEX ON items (n) INCLUDE (code); ALTER TABLE items ALTER n SET DEFAULT 1; INSERT INTO items (id) VALUES (-1)',
  ],
  [
    'an index whose function fails',
    'P0001',
    `CREATE FUNCTION shown(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN t; END $$;
     CREATE INDEX ON items (shown(code)) WHERE id >= 0;
     CREATE OR REPLACE FUNCTION shown(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE 'broken'; END $$`,
  ],
  ['NOT NULL of such a column', '23502', 'TRUNCATE items; ALTER TABLE items ADD n int NOT NULL'],
];

describe.each(BREAKS)('%s', (_, sqlstate, sql) => {
  test.each([1, 3, 10, 11, COUNT])(
    'fails a batch of %i, and rejects none of it, though the table has just taken others (P4)',
    async (count) => {
      const database = await createDatabase();
      await database.query(DDL);
      const store = await createAnyStore(database, ITEMS);
      const before = await store(Array.from({ length: COUNT }, (_, id) => item(id)));
      expect(before.stored).toHaveLength(COUNT);
      await database.query(sql);
      const { rejected, failed, stored } = await store(
        Array.from({ length: count }, (_, n) => item(COUNT + n)),
      );
      expect([stored, rejected, failed.length]).toEqual([[], [], count]);
      expect(failed[0]?.cause).toMatchObject({ code: sqlstate });
    },
  );

  test('fails the rest of a batch that is under way', async () => {
    const database = await createDatabase();
    await database.query(DDL);
    const settings = { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/q' };
    const store = createStore(readSettings(settings, readSink), { onRetry() {}, onCircuit() {} });
    onTestFinished(() => store.close());
    const deadline = startDeadline(30_000);
    onTestFinished(() => deadline.clear());
    // A repeat keeps it from being copied: it is inserted piece by piece.
    const first = await store.store(rowsOf(ITEMS, [item(0)]), deadline);
    expect(first.inserted).toBe(1);
    const again = store.begin(3001, deadline);
    again.add(
      rowsOf(
        ITEMS,
        Array.from({ length: 60 }, (_, n) => item(n)),
      ),
    );
    expect((await again.end()).stored).toHaveLength(60);
    const flush = store.begin(3000, deadline);
    const half = (from: number) =>
      flush.add(
        rowsOf(
          ITEMS,
          Array.from({ length: 1500 }, (_, n) => item(from + n)),
          from,
        ),
      );
    half(1000);
    await expect
      .poll(() => database.query('SELECT count(*)::int FROM items WHERE id >= 1000'))
      .toEqual([{ count: 1500 }]);
    await database.query(sql.replace('TRUNCATE items; ', 'DELETE FROM items; '));
    half(2500);
    const { rejected, failed, stored } = await flush.end();
    expect([stored.length, rejected, failed.length]).toEqual([1500, [], 1500]);
  });
});

test.each([1, 10, 11, COUNT])(
  'a view whose check option refuses every row fails a batch of %i, and rejects none of it (P4)',
  async (count) => {
    const database = await createDatabase();
    await database.query(
      `${DDL} CREATE TABLE state AS SELECT true AS open;
       CREATE VIEW seen AS SELECT * FROM items WHERE (SELECT open FROM state) WITH CHECK OPTION`,
    );
    const store = await createAnyStore(database, { ...ITEMS, name: ['seen'] });
    const before = await store(Array.from({ length: COUNT }, (_, id) => item(id)));
    expect(before.stored).toHaveLength(COUNT);
    const rows = Array.from({ length: count }, (_, n) => item(COUNT + n));
    await database.query('UPDATE state SET open = false');
    const { rejected, failed, stored } = await store(rows);
    expect([stored, rejected, failed.length]).toEqual([[], [], count]);
    expect(failed[0]?.cause).toMatchObject({ code: '44000' });
    await database.query('UPDATE state SET open = true');
    expect((await store(rows)).inserted).toBe(count);
  },
);

test('where an index of other rows than the one that was taken fails, a batch of it fails (P4)', async () => {
  const database = await createDatabase();
  await database.query(
    `${DDL} CREATE FUNCTION shown(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN t; END $$;
     CREATE INDEX ON items (shown(code)) WHERE id >= ${COUNT}`,
  );
  const store = await createAnyStore(database, ITEMS);
  const rows = (first: number) => Array.from({ length: COUNT }, (_, n) => item(first + n));
  expect((await store(rows(0))).stored).toHaveLength(COUNT);
  await database.query(
    `CREATE OR REPLACE FUNCTION shown(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE 'broken'; END $$`,
  );
  const { stored, rejected, failed } = await store(rows(COUNT));
  expect([stored, rejected, failed.length]).toEqual([[], [], COUNT]);
});

test('a row that a trigger refuses alone is rejected, beside an index that the user may not ask (P3)', async () => {
  const database = await createDatabase();
  const user = `writer_${process.pid}`;
  await database.query(
    `${DDL} ${RAISE('NEW.code IS NULL', "RAISE 'no code'")} CREATE INDEX ON items (lower(region));
     CREATE ROLE ${user} LOGIN PASSWORD 'secret'; GRANT INSERT, SELECT (id) ON items TO ${user}`,
  );
  const url = Object.assign(new URL(database.url), { username: user, password: 'secret' }).href;
  try {
    const store = await createAnyStore({ url }, ITEMS);
    expect((await store([item(1)])).inserted).toBe(1);
    const { stored, rejected, failed } = await store([item(2, { code: null })]);
    expect([stored, rejected.length, failed]).toEqual([[], 1, []]);
  } finally {
    await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  }
});

test('rows that a trigger refuses are rejected beside rows that are there already (P3)', async () => {
  const database = await createDatabase();
  await database.query(`${DDL} ${RAISE('NEW.code IS NULL', "RAISE 'no code'")}`);
  const rows = Array.from({ length: COUNT }, (_, id) => item(id, id % 100 ? {} : { code: null }));
  // The process that stored the others has ended before it could send dead letters.
  const once = await (await createAnyStore(database, ITEMS))(rows);
  const again = await (await createAnyStore(database, ITEMS))(rows);
  for (const { stored, rejected, failed } of [once, again])
    expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
});
