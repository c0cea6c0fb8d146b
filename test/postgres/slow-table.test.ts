import { expect, test } from 'vitest';
import type { Table, Values } from '../../src/record/table.ts';
import { createAnyStore, createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';

const TABLE: Table = {
  name: ['slow'],
  columns: ['id', 'note'].map((name) => ({ name, type: 'text', nullable: true })),
  key: [0],
  onConflict: 'ignore',
};

/** Of a table whose trigger takes so long for a row, in seconds as SQL. */
const SLOW = (seconds: string) => `
  CREATE TABLE slow (id text PRIMARY KEY, note text);
  CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END $$;
  CREATE TRIGGER wait AFTER INSERT ON slow FOR EACH ROW EXECUTE FUNCTION wait()`;

async function createSlow(seconds: string) {
  const database = await createDatabase();
  await database.query(SLOW(seconds));
  const store = await createAnyStore(database, TABLE, { DATABASE_STATEMENT_TIMEOUT_MS: '1000' });
  return { database, store };
}

const rows = (count: number, first = 0): Values[] =>
  Array.from({ length: count }, (_, n) => [`${first + n}`.padStart(5, '0'), 'sound']);

test('rows that take longer together than a statement may are all stored, in one delivery', async () => {
  const { database, store } = await createSlow('0.002');
  const { stored, failed, rejected } = await store(rows(2000));
  expect([stored.length, failed, rejected]).toEqual([2000, [], []]);
  expect(await database.query('SELECT count(*)::int FROM slow')).toEqual([{ count: 2000 }]);
  await database.query('DROP TRIGGER wait ON slow');
  expect((await store(rows(2000, 2000))).inserted).toBe(2000);
});

test('one row that takes too long fails, and keeps no other from the table', async () => {
  const { database, store } = await createSlow("CASE NEW.note WHEN 'stuck' THEN 60 ELSE 0 END");
  const all = rows(2000).map(
    ([id, note], n): Values => [id ?? '', n === 777 ? 'stuck' : (note ?? '')],
  );
  const { stored, failed, rejected } = await store(all);
  expect([stored.length, rejected]).toEqual([1999, []]);
  expect(failed).toMatchObject([
    {
      record: { offset: 777 },
      cause: { message: 'PostgreSQL ended the statement after 1 s (SQLSTATE 57014).' },
    },
  ]);
  expect(await database.query('SELECT count(*)::int FROM slow')).toEqual([{ count: 1999 }]);
});

test('rows that take too long, in front of the others, keep none from the table, and no other table waiting', async () => {
  const database = await createDatabase();
  await database.query(SLOW("CASE NEW.note WHEN 'stuck' THEN 60 ELSE 0 END"));
  await database.query('CREATE TABLE quick (id text PRIMARY KEY, note text)');
  const store = createStoreOf(database, { DATABASE_STATEMENT_TIMEOUT_MS: '300' });
  const all = rowsOf(
    TABLE,
    rows(60).map(([id = null], n) => [id, n < 6 ? 'stuck' : 'sound']),
  );
  let left = all;
  // Which are tried first is left to chance.
  for (let delivery = 0; delivery < 10 && left.length > 6; delivery += 1) {
    const { stored, rejected, failed } = await store(left, 3000);
    expect([stored.length + failed.length, rejected]).toEqual([left.length, []]);
    const failing = new Set(failed.map(({ record }) => record));
    left = left.filter(({ record }) => failing.has(record));
  }
  expect(left.map(({ record }) => record)).toEqual(all.slice(0, 6).map(({ record }) => record));
  expect(await database.query('SELECT count(*)::int FROM slow')).toEqual([{ count: 54 }]);
  // Of nothing but such rows, too.
  const both = await store(
    [...left, ...rowsOf({ ...TABLE, name: ['quick'] }, rows(60), 1000)],
    3000,
  );
  expect([both.stored.length, both.rejected, both.failed.length]).toEqual([60, [], 6]);
});

test('a limit of the server for transactions makes them smaller, too', async () => {
  const { database, store } = await createSlow('0.002');
  const name = new URL(database.url).pathname.slice(1);
  // Below a quarter of the statement timeout, which the sink aims at by itself.
  await database.query(`ALTER DATABASE ${name} SET transaction_timeout = '150ms'`);
  const { stored, failed, rejected } = await store(rows(2000));
  expect([stored.length, failed, rejected]).toEqual([2000, [], []]);
  expect(await database.query('SELECT count(*)::int FROM slow')).toEqual([{ count: 2000 }]);
});
