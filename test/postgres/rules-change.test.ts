import { expect, test } from 'vitest';
import type { Table } from '../../src/record/table.ts';
import { createAnyStore, createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { onEachVersion } from '../support/versions.ts';
import { COUNT, column, DDL, ITEMS, isBad, item } from './support/refusals.ts';

/** Rows of which the bad ones have these values. */
const rows = (first: number, bad: Parameters<typeof item>[1]) =>
  Array.from({ length: COUNT }, (_, n) => item(first + n, isBad(n) ? bad : {}));

onEachVersion(() => {
  test.each([
    ['index', 'CREATE UNIQUE INDEX one_odd ON items ("Amount") WHERE "Amount" = 9'],
    [
      'exclusion',
      'ALTER TABLE items ADD CONSTRAINT one_odd EXCLUDE USING btree ("Amount" WITH =) WHERE ("Amount" = 9)',
    ],
  ])('an %s that comes while another one refuses rows', async (_, sql) => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD UNIQUE (code); INSERT INTO items VALUES (-1, 'taken')`,
    );
    const store = await createAnyStore(database, ITEMS);
    expect((await store(rows(0, { code: 'taken' }))).rejected).toHaveLength(20);
    await database.query(`${sql}; INSERT INTO items VALUES (-2, 'x', 9)`);
    for (const round of [1, 2]) {
      const { stored, rejected, failed } = await store(rows(round * COUNT, { Amount: '9' }));
      expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
      expect(rejected[0]?.details).toMatchObject({ constraint: 'one_odd' });
    }
  });

  test.each([
    ['changes the key', 'NEW.id := NEW.id + 1000000; RETURN NEW', 38, 2],
    [
      'keeps out those that were refused',
      "IF NEW.code = 'taken' THEN RETURN NULL; END IF; RETURN NEW",
      40,
      0,
    ],
  ])(
    'a trigger that %s, of rows that are judged by the insert alone',
    async (_, does, accepted, refused) => {
      const database = await createDatabase();
      await database.query(
        `${DDL} ALTER TABLE items ADD UNIQUE (code); INSERT INTO items VALUES (-1, 'taken')`,
      );
      const store = await createAnyStore(database, ITEMS);
      const few = (first: number) =>
        Array.from({ length: 40 }, (_, n) =>
          item(first + n, n % 20 === 7 ? { code: 'taken' } : {}),
        );
      for (const first of [0, 1000]) expect((await store(few(first))).rejected).toHaveLength(2);
      await database.query(`
        CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${does}; END $$;
        CREATE TRIGGER change BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION change()`);
      for (const first of [2000, 3000]) {
        const { stored, rejected, failed } = await store(few(first), first);
        expect([stored.length, rejected.length, failed]).toEqual([accepted, refused, []]);
        expect(rejected.map(({ record }) => (record as { offset: number }).offset)).toEqual(
          refused > 0 ? [first + 7, first + 27] : [],
        );
      }
      expect(await database.query('SELECT count(*)::int FROM items WHERE id >= 2000')).toEqual([
        { count: 76 },
      ]);
    },
  );

  test('a table of parents that is renamed, and replaced by another (P4)', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents`,
    );
    const store = await createAnyStore(database, ITEMS);
    expect((await store(rows(0, { parent: '77' }))).rejected).toHaveLength(20);
    await database.query(
      'ALTER TABLE parents RENAME TO former; CREATE TABLE parents (id bigint PRIMARY KEY)',
    );
    const { stored, rejected, failed } = await store(rows(COUNT, { parent: '77' }));
    expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
  });

  test('sessions that check no foreign key any more, as a replica applies rows (P4)', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents`,
    );
    const store = await createAnyStore(database, ITEMS);
    for (const round of [0, 1]) {
      const { rejected } = await store(rows(round * COUNT, { parent: '77' }));
      expect(rejected).toHaveLength(20);
    }
    await database.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica', current_database()); END $$;
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    for (const round of [2, 3]) {
      const { stored, rejected, failed } = await store(rows(round * COUNT, { parent: '77' }));
      expect([stored.length, rejected, failed]).toEqual([COUNT, [], []]);
    }
    const [found] = await database.query('SELECT count(*)::int AS count FROM items');
    expect(found).toEqual({ count: 4 * COUNT - 40 });
  });

  test('parents that come with the batch by a view of their table (P4)', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} CREATE VIEW api_parents AS SELECT * FROM parents;
       ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents`,
    );
    const parents: Table = {
      name: ['api_parents'],
      columns: [column('id', 'bigint', false), column('region', 'text', false)],
      key: [0],
      onConflict: 'ignore',
    };
    const store = createStoreOf(database);
    for (const round of [1, 2]) {
      const ids = Array.from({ length: 1000 }, (_, n) => round * 10_000 + n);
      const { stored, rejected, failed } = await store([
        ...rowsOf(
          ITEMS,
          ids.map((id) => item(id, { parent: String(id) })),
        ),
        ...rowsOf(
          parents,
          ids.map((id) => [String(id), 'eu']),
        ),
      ]);
      expect([stored.length, rejected, failed]).toEqual([2000, [], []]);
    }
  });

  test.each([
    ['a type of an extension', 'ext.citext'],
    ['a domain of one', 'id_text'],
  ])('an equal key of %s is the same key, though its texts differ', async (_, type) => {
    const database = await createDatabase();
    await database.query(
      `CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE DOMAIN id_text AS ext.citext;
       CREATE TABLE names (id ${type} PRIMARY KEY, note text)`,
    );
    const names: Table = {
      name: ['names'],
      columns: [column('id', 'text', false), column('note', 'text')],
      key: [0],
      onConflict: 'dead-letter',
    };
    const store = await createAnyStore(database, names);
    expect((await store([['User', 'first']])).inserted).toBe(1);
    const { stored, rejected } = await store([['user', 'second']]);
    expect([stored, rejected.map(({ reason }) => reason)]).toEqual([[], ['key_conflict']]);
  });
});
