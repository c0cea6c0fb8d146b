import { expect, test } from 'vitest';
import type { Table, Values } from '../../src/record/table.ts';
import { createAnyStore, type StoreRows } from '../support/any-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { onEachVersion } from '../support/versions.ts';
import { column } from './support/refusals.ts';

const TIME = '2026-03-01T23:30:00.123456+00';

/** Columns of another type than the definition's: its type, the table's, a value, and what PostgreSQL reads of its text. */
const OTHERS: readonly (readonly [string, string, string, string])[] = [
  ['timestamptz', 'timestamp', TIME, '2026-03-01 23:30:00.123456'],
  ['timestamptz', 'timestamp(0)', TIME, '2026-03-01 23:30:00'],
  ['timestamptz', 'date', TIME, '2026-03-01'],
  ['timestamptz', 'text', TIME, TIME],
  // In the time zone of the database, which is all that there is to read it by.
  ['timestamp', 'timestamptz', '2026-03-01T23:30:00', '2026-03-01 18:00:00+00'],
  ['date', 'text', '2026-03-01', '2026-03-01'],
  ['text', 'varchar(3)', 'abc', 'abc'],
  ['numeric', 'numeric(6,2)', '1.005', '1.01'],
  ['numeric', 'text', '1.50', '1.50'],
  ['bytea', 'text', '\\x00ff', '\\x00ff'],
  ['jsonb', 'text', '{"b":1,"a":2}', '{"b":1,"a":2}'],
  ['boolean', 'text', 'true', 'true'],
  ['timestamptz[]', 'timestamp[]', `{${TIME}}`, '{"2026-03-01 23:30:00.123456"}'],
  ['timestamptz', 'at_home', TIME, '2026-03-01 23:30:00'],
  ['numeric', 'price', '1.005', '1.01'],
  ['text', 'char(5)', 'abc', 'abc'],
  ['text', 'varchar(4)', 'abc     ', 'abc '],
  ['text', 'name', 'abc', 'abc'],
];

const USER = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

const TABLE: Table = {
  name: ['items'],
  columns: [
    column('id', 'bigint', false),
    ...OTHERS.map(([type], at) => column(`c${at}`, type)),
    column('checked', 'text'),
  ],
  key: [0],
  onConflict: 'dead-letter',
};

const row = (id: number, checked = 'fine'): Values => [
  String(id),
  ...OTHERS.map(([, , value]) => value),
  checked,
];

const rows = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) => row(first + n));

/** Each stores rows from 1000 on, in a way of its own. */
const WAYS: readonly (readonly [string, (store: StoreRows) => Promise<unknown>])[] = [
  ['COPY', (store) => store(rows(1000, 60))],
  ['INSERT', (store) => store(rows(1000, 10))],
  [
    'INSERT, where another row is there',
    (store) => store([row(0)]).then(() => store([row(0), ...rows(1000, 60)])),
  ],
  ['INSERT, where another row is refused', (store) => store([row(1, 'bad'), ...rows(1000, 60)])],
  [
    'the statement that judges and inserts',
    (store) => store([row(1, 'bad'), row(2)]).then(() => store([row(3, 'bad'), ...rows(1000, 20)])),
  ],
  [
    'COPY of rows that were judged',
    (store) => store([row(1, 'bad'), row(2)]).then(() => store([row(3, 'bad'), ...rows(1000, 60)])),
  ],
];

onEachVersion(() => {
  test.each(WAYS)(
    'columns of another type than the definition says have what PostgreSQL reads of the text, by %s',
    async (_, go) => {
      const database = await createDatabase();
      await create(database);
      const store = await createAnyStore(database, TABLE);
      await go(store);
      const found = await database.query<Record<string, string>>(
        `SELECT ${OTHERS.map((_, at) => `c${at}::text`).join(', ')} FROM items WHERE id >= 1000`,
      );
      expect(found.length).toBeGreaterThanOrEqual(10);
      for (const one of found)
        expect(Object.values(one)).toEqual(OTHERS.map(([, , , read]) => read));
      // The same records again are the same.
      const again = await store(rows(1000, 10), 5000);
      expect([again.stored.length, again.rejected, again.failed]).toEqual([10, [], []]);
    },
  );

  test('a record that comes again after its column was rounded is the same record', async () => {
    const database = await createDatabase();
    await database.query('CREATE TABLE items (id bigint PRIMARY KEY, n numeric)');
    const table = { ...TABLE, columns: [column('id', 'bigint', false), column('n', 'numeric')] };
    const store = await createAnyStore(database, table);
    const batch: readonly Values[] = [['1', '1.25']];
    for (const first of [0, 10]) expect((await store(batch, first)).stored).toHaveLength(1);
    await database.query('ALTER TABLE items ALTER n TYPE numeric(6,1)');
    expect(await store(batch, 20)).toMatchObject({ stored: { length: 1 }, rejected: [] });
  });

  test('a number that is not whole is refused by a column of whole numbers, in each way', async () => {
    const database = await createDatabase();
    await database.query('CREATE TABLE items (id bigint PRIMARY KEY, n integer)');
    const table = { ...TABLE, columns: [column('id', 'bigint', false), column('n', 'numeric')] };
    const store = await createAnyStore(database, table);
    for (const [first, count] of [
      [0, 60],
      [100, 10],
      [200, 60],
    ] as const) {
      const batch = Array.from(
        { length: count },
        (_, n): Values => [String(first + n), n === 5 ? '7.5' : '7'],
      );
      const { stored, rejected, failed } = await store(batch, first);
      expect([stored.length, failed]).toEqual([count - 1, []]);
      expect(rejected.map(({ details }) => details.sqlstate)).toEqual(['22P02']);
    }
    const [sum] = await database.query('SELECT sum(n)::int AS sum FROM items');
    expect(sum).toEqual({ sum: 7 * 127 });
  });

  test('where no value of the column is made of one of the definition, nothing is dead-lettered (P4)', async () => {
    const database = await createDatabase();
    await database.query('CREATE TABLE items (id bigint PRIMARY KEY, user_id integer)');
    const table = { ...TABLE, columns: [column('id', 'bigint', false), column('user_id', 'uuid')] };
    const store = await createAnyStore(database, table);
    for (const count of [60, 10]) {
      const batch = Array.from({ length: count }, (_, n): Values => [String(n), USER]);
      expect(await store(batch)).toMatchObject({
        stored: [],
        rejected: [],
        failed: { length: count },
      });
    }
  });

  test('a column that is given the type of the definition while rows are inserted has whole values from then on', async () => {
    const database = await createDatabase();
    await database.query('CREATE TABLE items (id bigint PRIMARY KEY, day date)');
    const table = {
      ...TABLE,
      columns: [column('id', 'bigint', false), column('day', 'timestamptz')],
    };
    const store = await createAnyStore(database, table);
    expect((await store([['1', TIME]])).stored).toHaveLength(1);
    await database.query('ALTER TABLE items ALTER day TYPE timestamptz');
    expect((await store([['2', TIME]])).stored).toHaveLength(1);
    const [found] = await database.query(`SELECT day = '${TIME}' AS whole FROM items WHERE id = 2`);
    expect(found).toEqual({ whole: true });
  });
});

/** Times that say their zone are the same in each zone, whatever the style of dates is. */
async function create({ query }: TestDatabase): Promise<void> {
  const columns = OTHERS.map(([, type], at) => `c${at} ${type}`);
  await query(`
    DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Kolkata''', current_database());
      EXECUTE format('ALTER DATABASE %I SET datestyle = ''German, DMY''', current_database());
    END $$;
    CREATE DOMAIN home AS timestamp(0); CREATE DOMAIN at_home AS home; CREATE DOMAIN price AS numeric(6,2);
    CREATE TABLE items (id bigint PRIMARY KEY, ${columns.join(', ')}, checked text CHECK (checked <> 'bad'))`);
}
