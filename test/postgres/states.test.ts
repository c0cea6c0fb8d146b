import { expect, test } from 'vitest';
import type { RecordRow } from '../../src/record/row.ts';
import type { Table } from '../../src/record/table.ts';
import { createStoreOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { fateOf } from '../support/fate-of.ts';
import { sinkRecord } from '../support/records.ts';
import { onEachVersion } from '../support/versions.ts';
import { column } from './support/refusals.ts';

const DDL = `CREATE TABLE customers (
  id numeric PRIMARY KEY, version bigint NOT NULL, name text, city text CHECK (city <> 'nowhere'),
  note text DEFAULT 'none', deleted_at timestamptz)`;

const CUSTOMERS: Table & { states: NonNullable<Table['states']> } = {
  name: ['customers'],
  columns: [
    column('id', 'numeric', false),
    column('version', 'bigint', false),
    column('name', 'text'),
    column('city', 'text'),
    column('note', 'text'),
  ],
  key: [0],
  onConflict: 'ignore',
  states: { version: [1], update: [1, 2, 3, 4], tombstones: 'delete' },
};
const SOFT: Table = {
  ...CUSTOMERS,
  states: { ...CUSTOMERS.states, tombstones: 'soft-delete', deletedAt: 'deleted_at' },
};

type Fields = { name?: string | null; city?: string | null; note?: string | null };

/** A record: of a key, at a version, with fields, or null for a tombstone. A field that is not there is not mentioned. */
type Change = readonly [id: string, version: number, fields: Fields | null];

const TIME = Date.UTC(2026, 10, 27);

function rowsOf(table: Table, changes: readonly Change[], first = 0): RecordRow[] {
  return changes.map(([id, version, fields], at) => {
    const values = (['name', 'city', 'note'] as const).map((name) => fields?.[name]);
    const absent = values.flatMap((value, place) => (value === undefined ? [place + 2] : []));
    return {
      record: sinkRecord(undefined, { offset: first + at, timestamp: TIME }),
      ...{ row: [id, String(version), ...values.map((value) => value ?? null)], table },
      ...(absent.length > 0 ? { absent } : {}),
      ...(fields === null
        ? { isTombstone: true as const, deletedAt: new Date(TIME).toISOString() }
        : {}),
    };
  });
}

const named = (name: string): Fields => ({ name, city: 'Bern', note: 'x' });

async function create(table: Table, setup = '', env: Readonly<Record<string, string>> = {}) {
  const database = await createDatabase();
  await database.query(`${DDL}; ${setup}`);
  const store = createStoreOf(database, env);
  let first = 0;
  return {
    database,
    /** @returns the fates of the records, in their order */
    async store(...changes: readonly Change[]): Promise<readonly string[]> {
      const rows = rowsOf(table, changes, first);
      first += rows.length;
      const flushed = await store(rows);
      return rows.map(({ record }) => fateOf(flushed, record));
    },
    rows: () =>
      database.query<Record<string, unknown>>(
        'SELECT id::text, version::int, name, city, note, deleted_at FROM customers ORDER BY id',
      ),
  };
}

onEachVersion(() => {
  test('a newer state overwrites an older one, and an older one changes nothing', async () => {
    const { store, rows } = await create(CUSTOMERS);
    expect(await store(['1', 5, named('five')])).toEqual(['stored']);
    expect(await store(['1', 4, named('four')])).toEqual(['stale']);
    expect(await store(['1', 5, named('other five')])).toEqual(['stored']);
    expect(await rows()).toMatchObject([{ id: '1', version: 5, name: 'five' }]);
    expect(await store(['1', 6, named('six')])).toEqual(['stored']);
    expect(await rows()).toMatchObject([{ version: 6, name: 'six' }]);
  });

  test('"ON CONFLICT DO UPDATE command cannot affect row a second time": one key many times in a batch is stored', async () => {
    const { store, rows } = await create(CUSTOMERS);
    const changes = Array.from({ length: 40 }, (_, n): Change => [`${n % 2}`, n, named(`n${n}`)]);
    expect(new Set(await store(...changes))).toEqual(new Set(['stored']));
    expect(await rows()).toMatchObject([{ version: 38 }, { version: 39 }]);
    expect(await store(['7', 2, named('b')], ['7', 1, named('a')], ['7.0', 3, named('c')])).toEqual(
      ['stored', 'stale', 'stored'],
    );
    expect((await rows()).at(-1)).toMatchObject({ version: 3, name: 'c' });
  });

  test('deletes and inserts of a batch take effect in their order, not the deletes last', async () => {
    const { store, rows } = await create(CUSTOMERS);
    await store(['1', 1, { ...named('old'), note: 'old' }]);
    expect(
      await store(
        ['1', 2, null],
        ['1', 3, { name: 'new', city: 'Bern' }],
        ['2', 1, named('two')],
        ['2', 2, null],
        ['3', 1, null],
      ),
    ).toEqual(['stored', 'stored', 'stored', 'stored', 'stored']);
    // Another row than before: what the record does not mention has its default.
    expect(await rows()).toMatchObject([{ id: '1', version: 3, name: 'new', note: 'none' }]);
  });

  test('an older put behind a delete of its batch does not bring the row back', async () => {
    const { store, rows } = await create(CUSTOMERS);
    expect(await store(['1', 5, null], ['1.0', 4, named('old')])).toEqual(['stored', 'stale']);
    expect(await rows()).toEqual([]);
  });

  test('columns that a message does not mention are not set to NULL, those that are null are', async () => {
    const { store, rows } = await create(CUSTOMERS);
    await store(['1', 1, named('one')]);
    await store(['1', 2, { city: 'Basel' }], ['1', 3, { note: null }], ['1', 4, { city: 'Chur' }]);
    expect(await rows()).toMatchObject([{ version: 4, name: 'one', city: 'Chur', note: null }]);
    await store(['2', 1, { name: 'two' }]);
    expect((await rows())[1]).toMatchObject({ name: 'two', city: null, note: 'none' });
  });

  test('what an update may not touch is written once', async () => {
    const table = { ...CUSTOMERS, states: { ...CUSTOMERS.states, update: [1, 3] } };
    const { store, rows } = await create(table);
    await store(['1', 1, named('first')], ['1', 2, { ...named('second'), city: 'Chur' }]);
    await store(['1', 3, { ...named('third'), city: 'Basel' }]);
    expect(await rows()).toMatchObject([{ version: 3, name: 'first', city: 'Basel' }]);
  });

  test('a soft delete marks the row, keeps its version, and a newer state takes the mark away', async () => {
    const { store, rows } = await create(SOFT);
    expect(await store(['1', 1, named('one')], ['1', 3, null], ['1', 2, named('two')])).toEqual([
      'stored',
      'stored',
      'stale',
    ]);
    expect(await rows()).toMatchObject([{ version: 3, name: 'one', deleted_at: new Date(TIME) }]);
    expect(await store(['1', 2, named('two')])).toEqual(['stale']);
    expect(await store(['9', 7, null])).toEqual(['stored']);
    expect(await store(['9', 6, named('late')])).toEqual(['stale']);
    expect(await store(['1', 4, named('four')])).toEqual(['stored']);
    expect(await rows()).toMatchObject([
      { version: 4, name: 'four', deleted_at: null },
      { id: '9', version: 7, name: null, deleted_at: new Date(TIME) },
    ]);
  });

  test('where the newest of a key is refused, the one before it is its state', async () => {
    const { store, rows } = await create(CUSTOMERS);
    await store(['0', 1, named('sound')]);
    const bad = { ...named('bad'), city: 'nowhere' };
    expect(
      await store(
        ['1', 1, named('one')],
        ['2', 1, bad],
        ['1', 2, bad],
        ['1', 3, bad],
        ['2', 2, named('two')],
        ['3', 1, bad],
      ),
    ).toEqual(['stored', 'rejected', 'rejected', 'rejected', 'stored', 'rejected']);
    expect(await rows()).toMatchObject([
      { id: '0' },
      { id: '1', version: 1, name: 'one' },
      { id: '2', version: 2, name: 'two' },
    ]);
  });

  test('when a record fails, those of its key behind it fail with it, and no others', async () => {
    const refer = `CREATE TABLE cities (name text PRIMARY KEY); INSERT INTO cities VALUES ('Bern');
      ALTER TABLE customers ADD FOREIGN KEY (city) REFERENCES cities`;
    const table = { ...CUSTOMERS, retryForeignKeysMs: 1e12 };
    const { store, rows, database } = await create(table, refer);
    const many = Array.from({ length: 2500 }, (_, n): Change => [`${n + 10}`, 1, named('x')]);
    const changes: Change[] = [
      ['1', 1, { ...named('one'), city: 'Chur' }],
      ['2', 1, named('two')],
      ['1.0', 2, { name: 'newer' }],
      ...many,
      ['1.00', 3, { note: 'z' }],
      ['3', 1, named('three')],
    ];
    const fates = await store(...changes);
    expect(fates.filter((fate) => fate !== 'stored')).toEqual(['failed', 'failed', 'failed']);
    expect([fates[0], fates[2], fates.at(-2)]).toEqual(['failed', 'failed', 'failed']);
    await database.query("INSERT INTO cities VALUES ('Chur')");
    expect(await store(...changes.slice(0, 3))).toEqual(['stored', 'stored', 'stored']);
    expect((await rows())[0]).toMatchObject({ id: '1', name: 'newer', city: 'Chur' });
    expect(await store(['1', 4, null])).toEqual(['stored']);
    expect((await rows()).map(({ id }) => id)).not.toContain('1');
  });

  test('what comes later in the batch than a failure of its key fails too, though it is another statement', async () => {
    const { store, database } = await create(
      { ...CUSTOMERS, retryForeignKeysMs: 1e12 },
      'CREATE TABLE cities (name text PRIMARY KEY); ALTER TABLE customers ADD FOREIGN KEY (city) REFERENCES cities',
      { DATABASE_STATEMENT_TIMEOUT_MS: '400' },
    );
    // A row that takes too long makes each statement after it a small one.
    await database.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.name = 'slow' THEN PERFORM pg_sleep(2); END IF; RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION slow()`);
    const fates = await store(
      ['8', 1, { name: 'slow' }],
      ['1', 1, { name: 'one', city: 'Chur' }],
      ['8.0', 2, { note: 'behind the slow one' }],
      ['2', 1, { name: 'two' }],
      ['1.0', 2, { name: 'behind the orphan' }],
      ['3', 1, { name: 'three' }],
    );
    expect(fates).toEqual(['failed', 'failed', 'failed', 'stored', 'failed', 'stored']);
  });

  test('a version that the table has as another type is told from others in any time zone', async () => {
    const database = await createDatabase();
    await database.query(`CREATE TABLE customers (id bigint PRIMARY KEY, at timestamp NOT NULL, name text);
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Kolkata''', current_database()); END $$`);
    const table: Table = {
      ...{ name: ['customers'], key: [0], onConflict: 'ignore' },
      columns: [
        column('id', 'bigint', false),
        column('at', 'timestamptz', false),
        column('name', 'text'),
      ],
      states: { version: [1], update: [1, 2], tombstones: 'delete' },
    };
    const store = createStoreOf(database);
    const put = async (hour: number) => {
      const row = ['1', `2026-11-27T${hour}:00:00Z`, `${hour}`];
      const record = sinkRecord(undefined, { offset: hour });
      return fateOf(await store([{ record, row, table }]), record);
    };
    expect([await put(15), await put(14), await put(15), await put(16)]).toEqual([
      ...['stored', 'stale', 'stored', 'stored'],
    ]);
    expect(await database.query('SELECT name FROM customers')).toEqual([{ name: '16' }]);
  });

  test('a table that refuses everything fails all, and rejects none (P4)', async () => {
    const { store } = await create(
      CUSTOMERS,
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    const changes = Array.from({ length: 30 }, (_, n): Change => [`${n % 20}`, n, named('x')]);
    expect(new Set(await store(...changes))).toEqual(new Set(['failed']));
  });
});
