import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Flushed } from '../../src/postgres/write/flush.ts';
import type { RecordRow } from '../../src/record/row.ts';
import type { Table } from '../../src/record/table.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { column } from './support/refusals.ts';

const PARENTS: Table = {
  name: ['parents'],
  columns: [column('id', 'bigint', false), column('note', 'text')],
  key: [0],
  onConflict: 'ignore',
};
const ITEMS: Table = {
  name: ['items'],
  columns: [column('id', 'bigint', false), column('code', 'text'), column('parent', 'bigint')],
  key: [0],
  onConflict: 'ignore',
};
const STATES: Table = {
  ...ITEMS,
  states: { version: [3], update: [1, 2, 3], tombstones: 'delete' },
  columns: [...ITEMS.columns, column('version', 'bigint', false)],
};
const ITEMS_DDL = `
  CREATE TABLE items (id bigint PRIMARY KEY, code text, version bigint,
    parent bigint CONSTRAINT has_parent REFERENCES parents)`;
const PARENTS_DDL = `CREATE TABLE parents (id bigint PRIMARY KEY, note text); ${ITEMS_DDL}`;
const SELF_DDL = `CREATE TABLE items (id bigint PRIMARY KEY, code text,
  parent bigint CONSTRAINT has_parent REFERENCES items)`;
const SLOW = (table: string, condition: string) => `
  CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF ${condition} THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$;
  CREATE TRIGGER wait BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION wait()`;
const QUICK = { DATABASE_STATEMENT_TIMEOUT_MS: '300' };

const COUNT = 100;
const ids = Array.from({ length: COUNT }, (_, n) => 1000 + n);
const parents = () =>
  rowsOf(
    PARENTS,
    ids.map((id) => [String(id), id === ids[50] ? 'slow' : 'x']),
    5000,
  );
/** One of each parent, and one more whose parent does not come. */
const children = (table: Table = ITEMS) =>
  rowsOf(
    table,
    [...ids, 77].map((id) => [String(id), 'child', String(id), ...(table.states ? ['1'] : [])]),
  );
const ORPHAN = COUNT;

const offsets = (records: readonly { readonly offset: number }[]) =>
  records.map(({ offset }) => offset).toSorted((a, b) => a - b);
const fates = ({ stored, rejected, failed }: Flushed) => ({
  stored: offsets(stored),
  rejected: offsets(rejected.map(({ record }) => record as { offset: number })),
  failed: offsets(failed.map(({ record }) => record as { offset: number })),
});
const all = (batch: readonly RecordRow[]) => offsets(batch.map(({ record }) => record));

interface Failing {
  readonly ddl: string;
  /** Has the parents fail. */
  readonly fail?: string;
  readonly repair?: string;
  /** What another session does meanwhile. */
  readonly lock?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The parents that fail; all where it is absent. */
  readonly which?: readonly number[];
}

const FAILING: Readonly<Record<string, Failing>> = {
  'lack a column': {
    ddl: PARENTS_DDL,
    fail: 'ALTER TABLE parents RENAME note TO former',
    repair: 'ALTER TABLE parents RENAME former TO note',
  },
  'are in a table that another session has locked': {
    ddl: `${PARENTS_DDL}; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 100', current_database()); END $$`,
    lock: 'LOCK TABLE parents IN SHARE ROW EXCLUSIVE MODE',
  },
  'have no partition yet': {
    ddl: `CREATE TABLE parents (id bigint PRIMARY KEY, note text) PARTITION BY RANGE (id);
      CREATE TABLE first PARTITION OF parents FOR VALUES FROM (0) TO (1060); ${ITEMS_DDL}`,
    repair: 'CREATE TABLE second PARTITION OF parents FOR VALUES FROM (1060) TO (2000)',
    which: ids.slice(60),
  },
  'take too long, one of them': {
    ddl: `${PARENTS_DDL}; ${SLOW('parents', "NEW.note = 'slow'")}`,
    repair: 'DROP TRIGGER wait ON parents',
    env: QUICK,
    which: ids.slice(50, 51),
  },
};

const KINDS = [
  ['rows', ITEMS],
  ['states', STATES],
] as const;

test.each(
  KINDS.flatMap(([kind, table]) =>
    Object.entries(FAILING).map(([how, one]) => [kind, how, table, one] as const),
  ),
)(
  '%s whose parents in the batch %s are delivered again with them (P4)',
  async (_, __, table, one) => {
    const database = await createDatabase();
    await database.query(one.ddl);
    if (one.fail) await database.query(one.fail);
    const store = createStoreOf(database, one.env);
    const batch = [...children(table), ...parents()];
    const client = new pg.Client(database.url);
    await client.connect();
    onTestFinished(() => client.end());
    if (one.lock) await client.query(`BEGIN; ${one.lock}`);
    const told: unknown[] = [];
    const first = fates(await store(batch, 60_000, (rejected) => told.push(...rejected)));
    const which = (one.which ?? ids).map((id) => id - 1000);
    // It may be the child of one that failed.
    expect(first.failed).toEqual([...which, ORPHAN, ...which.map((at) => at + 5000)]);
    expect([first.rejected, told]).toEqual([[], []]);
    expect([...first.stored, ...first.failed].toSorted((a, b) => a - b)).toEqual(all(batch));
    if (one.lock) await client.query('ROLLBACK');
    if (one.repair) await database.query(one.repair);
    const again = new Set(first.failed);
    const second = fates(await store(batch.filter(({ record: { offset } }) => again.has(offset))));
    expect(second).toEqual({
      stored: first.failed.filter((offset) => offset !== ORPHAN),
      rejected: [ORPHAN],
      failed: [],
    });
    expect(
      await database.query('SELECT count(*)::int FROM items JOIN parents p ON p.id = parent'),
    ).toEqual([{ count: COUNT }]);
  },
);

test('where other rows than possible parents fail, an orphan is rejected all the same (P3)', async () => {
  const database = await createDatabase();
  await database.query(`${PARENTS_DDL}; CREATE TABLE others (id bigint PRIMARY KEY)`);
  const store = createStoreOf(database);
  const batch = [
    ...children(),
    ...parents(),
    ...rowsOf({ ...PARENTS, name: ['others'] }, [['1', 'x']], 9000),
  ];
  const { stored, rejected, failed } = fates(await store(batch));
  expect([stored.length, rejected, failed]).toEqual([2 * COUNT, [ORPHAN], [9000]]);
});

test('rows whose parents come again for lack of their own come again, too (P4)', async () => {
  const database = await createDatabase();
  await database.query(`${PARENTS_DDL};
    CREATE TABLE parts (id bigint PRIMARY KEY, code text, parent bigint REFERENCES items)`);
  const store = createStoreOf(database);
  const parts = rowsOf(
    { ...ITEMS, name: ['parts'] },
    ids.map((id) => [String(id), 'part', String(id)]),
    9000,
  );
  // Before and behind those that they refer to.
  for (const young of [
    [...parts, ...children({ ...ITEMS, retryForeignKeysMs: 60_000 })],
    [...children({ ...ITEMS, retryForeignKeysMs: 60_000 }), ...parts],
  ]) {
    const batch = young.map((one) => ({
      ...one,
      record: { ...one.record, timestamp: Date.now() },
    }));
    const { stored, rejected, failed } = fates(await store(batch));
    expect([stored, rejected, failed]).toEqual([[], [], all(batch)]);
  }
  const batch = [...parts, ...children(), ...parents()];
  await database.query('ALTER TABLE parents RENAME note TO former');
  expect(fates(await store(batch))).toEqual({ stored: [], rejected: [], failed: all(batch) });
  await database.query('ALTER TABLE parents RENAME former TO note');
  const { stored, rejected, failed } = fates(await store(batch));
  expect([stored.length, rejected, failed]).toEqual([3 * COUNT, [ORPHAN], []]);
});

test('rows whose parent in the same table takes too long are delivered again with it (P4)', async () => {
  const database = await createDatabase();
  await database.query(`${SELF_DDL}; ${SLOW('items', "NEW.code = 'slow'")}`);
  const store = createStoreOf(database, QUICK);
  const batch = rowsOf(
    ITEMS,
    ids.map((id, n) => [String(id), n === 0 ? 'slow' : 'x', n === 0 ? null : '1000']),
  );
  expect(fates(await store(batch))).toEqual({ stored: [], rejected: [], failed: all(batch) });
  await database.query('DROP TRIGGER wait ON items');
  expect(fates(await store(batch))).toEqual({ stored: all(batch), rejected: [], failed: [] });
});

/** Each refers to the next; and one to none that there is. */
const CHAIN = [
  ...Array.from({ length: 300 }, (_, n) => [
    String(1000 + n),
    'x',
    n === 299 ? null : String(1001 + n),
  ]),
  ['500', 'orphan', '77'],
];

test('a chain of rows in one table is stored in one pass, also where a row beside it is refused', async () => {
  const database = await createDatabase();
  await database.query(SELF_DDL);
  const store = createStoreOf(database);
  expect(fates(await store(rowsOf(ITEMS, CHAIN), 5000))).toEqual({
    stored: all(rowsOf(ITEMS, CHAIN.slice(0, -1))),
    rejected: [300],
    failed: [],
  });
});
