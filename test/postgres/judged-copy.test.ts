import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Rejected } from '../../src/record/fates.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import { createAnyStore, createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { onEachVersion } from '../support/versions.ts';
import { COUNT, DDL, ITEMS, isBad, item } from './support/refusals.ts';

const rows = (first: number, bad: Parameters<typeof item>[1]) =>
  Array.from({ length: COUNT }, (_, n) => item(first + n, isBad(n) ? bad : {}));

/** A transaction of another client, open until it is told to commit. */
async function beginElsewhere(
  { url }: TestDatabase,
  sql: string,
): Promise<(last?: string) => Promise<unknown>> {
  const client = new pg.Client(url);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(`BEGIN; ${sql}`);
  return (last = '') => client.query(`${last}; COMMIT`);
}

const untilBlocked = ({ query }: TestDatabase) =>
  until(async () => {
    const blocked = await query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return blocked.length > 0;
  }, 'the copy waits');

onEachVersion(() => {
  test.each([
    ['a CHECK', 'ALTER TABLE items ADD CHECK ("Amount" > 0)', { Amount: '-1' }],
    [
      'a foreign key',
      'ALTER TABLE items ADD FOREIGN KEY (parent) REFERENCES parents',
      { parent: '77' },
    ],
    ['another unique constraint', 'ALTER TABLE items ADD UNIQUE (code)', { code: 'taken' }],
  ])('once %s has refused rows, the others of a batch are copied', async (_, sql, bad) => {
    const database = await createDatabase();
    await database.query(`${DDL} INSERT INTO items VALUES (-1, 'taken'); ${sql};
      CREATE TABLE seen (query text, rows int);
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen SELECT current_query(), count(*) FROM fresh; RETURN NULL; END $$;
      CREATE TRIGGER see AFTER INSERT ON items REFERENCING NEW TABLE AS fresh EXECUTE FUNCTION see()`);
    const store = await createAnyStore(database, ITEMS);
    await store(rows(0, bad));
    await database.query('TRUNCATE seen');
    for (const round of [1, 2, 3]) {
      const { stored, rejected, failed } = await store(rows(round * COUNT, bad), round * COUNT);
      expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
    }
    const seen = await database.query<{ copied: boolean; rows: number }>(
      "SELECT query LIKE '%COPY%' AS copied, sum(rows)::int AS rows FROM seen WHERE rows > 0 GROUP BY 1",
    );
    expect(seen).toEqual([{ copied: true, rows: 3 * (COUNT - 20) }]);
  });

  test.each([
    [
      'whose parent goes',
      'ALTER TABLE items ADD CONSTRAINT rule FOREIGN KEY (parent) REFERENCES parents',
      { parent: '77' },
      'DELETE FROM parents WHERE id = 3',
      (id: number) => id % 10 === 3,
    ],
    [
      'whose value another row gets',
      'ALTER TABLE items ADD CONSTRAINT rule UNIQUE (code)',
      { code: 'taken' },
      `INSERT INTO items VALUES (-2, 'code ${COUNT + 3}')`,
      (id: number) => id === COUNT + 3,
    ],
  ])(
    'a row %s between its judgement and the copy is refused alone',
    async (_, rule, bad, sql, isLate) => {
      const database = await createDatabase();
      await database.query(`${DDL} INSERT INTO items VALUES (-1, 'taken'); ${rule}`);
      const store = await createAnyStore(database, ITEMS);
      expect((await store(rows(0, bad))).rejected).toHaveLength(20);
      if (rule.includes('FOREIGN')) await database.query('DELETE FROM items WHERE parent = 3');
      const commit = await beginElsewhere(database, sql);
      const storing = store(rows(COUNT, bad), COUNT);
      await untilBlocked(database);
      await commit();
      const { stored, rejected, failed } = await storing;
      const ids = Array.from({ length: COUNT }, (_, n) => COUNT + n);
      const isRefused = (id: number) => isBad(id) || isLate(id);
      expect(failed).toEqual([]);
      expect(offsets(rejected)).toEqual(ids.filter(isRefused));
      for (const { details } of rejected) expect(details.constraint).toBe('rule');
      const there = await database.query<{ id: string }>(
        `SELECT id FROM items WHERE id >= ${COUNT} ORDER BY id`,
      );
      expect(there.map(({ id }) => Number(id))).toEqual(ids.filter((id) => !isRefused(id)));
      expect(stored).toHaveLength(there.length);
    },
  );

  test('dead letters need not wait for the copy, and what was refused stays so, whatever becomes of the others', async () => {
    const database = await createDatabase();
    await database.query(`${DDL} ALTER TABLE items ADD CONSTRAINT rule CHECK ("Amount" > 0)`);
    const store = createStoreOf(database);
    const told: Rejected[] = [];
    const begin = (first: number, ms?: number) =>
      store(rowsOf(ITEMS, rows(first, { Amount: '-1' }), first), ms, (some) => told.push(...some));
    const refused = (first: number) =>
      Array.from({ length: COUNT }, (_, n) => first + n).filter((id) => isBad(id - first));
    await begin(0);

    // The copy meets a row that is there by then, and the rule is gone.
    told.splice(0);
    const commit = await beginElsewhere(database, 'LOCK TABLE items IN SHARE MODE');
    const storing = begin(COUNT);
    await untilBlocked(database);
    await until(async () => told.length > 0, 'the refused rows are known');
    expect(offsets(told)).toEqual(refused(COUNT));
    await commit(`ALTER TABLE items DROP CONSTRAINT rule; INSERT INTO items VALUES (${COUNT + 7})`);
    const { stored, conflicts, rejected, failed } = await storing;
    expect([stored.length, conflicts.length, failed.length]).toEqual([COUNT - 21, 1, 0]);
    expect(rejected).toEqual(told);
    const [there] = await database.query(
      `SELECT count(*)::int AS count, min("Amount") > 0 AS sound FROM items WHERE id >= ${COUNT}`,
    );
    expect(there).toEqual({ count: COUNT - 20, sound: true });
  });

  test('where the time is over before the others are copied, these fail, and what was refused stays so', async () => {
    const database = await createDatabase();
    await database.query(`${DDL} ALTER TABLE items ADD CONSTRAINT rule CHECK ("Amount" > 0)`);
    const store = createStoreOf(database);
    const batch = (first: number) => rowsOf(ITEMS, rows(first, { Amount: '-1' }), first);
    await store(batch(0));
    const told: Rejected[] = [];
    const commit = await beginElsewhere(database, 'LOCK TABLE items IN SHARE MODE');
    const storing = store(batch(COUNT), 3000, (some) => told.push(...some));
    const { stored, rejected, failed } = await storing;
    await commit();
    expect([stored.length, failed.length]).toEqual([0, COUNT - 20]);
    expect(rejected).toEqual(told);
    expect(rejected).toHaveLength(20);
  });

  test('where other rows are there already, they are stored all the same', async () => {
    const database = await createDatabase();
    await database.query(`${DDL} ALTER TABLE items ADD CHECK ("Amount" > 0)`);
    const store = await createAnyStore(database, ITEMS);
    for (const [first, count] of [
      [0, COUNT - 20],
      [COUNT / 2, COUNT - 20],
      [COUNT, COUNT - 20],
    ] as const) {
      const { stored, rejected, failed } = await store(rows(first, { Amount: '-1' }), first);
      expect([stored.length, rejected.length, failed]).toEqual([count, 20, []]);
    }
    const [found] = await database.query('SELECT count(*)::int AS count FROM items');
    expect(found).toEqual({ count: 2 * COUNT - 40 });
  });
});

function offsets(rejected: readonly Rejected[]): number[] {
  return rejected.map(({ record }) => (record as SinkRecord).offset).toSorted((a, b) => a - b);
}
