import { expect, test } from 'vitest';
import type { Table, Values } from '../../src/record/table.ts';
import { createAnyStore } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';

const TABLE: Table = {
  name: ['slow'],
  columns: ['id', 'note'].map((name) => ({ name, type: 'text', nullable: true })),
  key: [0],
  onConflict: 'ignore',
};

/** A table whose trigger takes so long for a row, in seconds as SQL. */
async function createSlow(seconds: string) {
  const database = await createDatabase();
  await database.query(`
    CREATE TABLE slow (id text PRIMARY KEY, note text);
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NEW; END $$;
    CREATE TRIGGER wait AFTER INSERT ON slow FOR EACH ROW EXECUTE FUNCTION wait()`);
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

test('a limit of the server for transactions makes them smaller, too', async () => {
  const { database, store } = await createSlow('0.002');
  const name = new URL(database.url).pathname.slice(1);
  // Below a quarter of the statement timeout, which the sink aims at by itself.
  await database.query(`ALTER DATABASE ${name} SET transaction_timeout = '150ms'`);
  const { stored, failed, rejected } = await store(rows(2000));
  expect([stored.length, failed, rejected]).toEqual([2000, [], []]);
  expect(await database.query('SELECT count(*)::int FROM slow')).toEqual([{ count: 2000 }]);
});
