import { expect, test } from 'vitest';
import type { RecordRow } from '../../src/record/row.ts';
import type { States, Table } from '../../src/record/table.ts';
import { createStoreOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { fateOf } from '../support/fate-of.ts';
import { sinkRecord } from '../support/records.ts';
import { onEachVersion } from '../support/versions.ts';
import { column } from './support/refusals.ts';

/** A record: of a key, at a version, with name and city, or null for a tombstone. What is undefined is not mentioned. */
type Change = readonly [
  id: string,
  version: number,
  name?: string | null | undefined,
  city?: string | null | undefined,
];

const GONE = Symbol('gone') as never;
const HARD = { tombstones: 'delete' } as const;
const SOFT = { tombstones: 'soft-delete', deletedAt: 'deleted_at' } as const;

interface Given {
  /** Type of the key, as the definition has it, and as the table has it. */
  readonly key?: string;
  readonly own?: string;
  /** SQL before and behind the table. */
  readonly before?: string;
  readonly setup?: string;
  readonly states?: Partial<States>;
  readonly retryForeignKeysMs?: number;
}

async function create({ key = 'bigint', own = key, before = '', setup = '', ...more }: Given) {
  const database = await createDatabase();
  await database.query(`${before};
    CREATE TABLE states (id ${own} PRIMARY KEY, version bigint NOT NULL, name text, city text, deleted_at timestamptz); ${setup}`);
  const table: Table = {
    ...{ name: ['states'], key: [0], onConflict: 'ignore' },
    columns: [
      column('id', key, false),
      column('version', 'bigint', false),
      column('name', 'text'),
      column('city', 'text'),
    ],
    states: { version: [1], update: [1, 2, 3], ...HARD, ...more.states },
    ...(more.retryForeignKeysMs ? { retryForeignKeysMs: more.retryForeignKeysMs } : {}),
  };
  const store = createStoreOf(database);
  let offset = 0;
  const rowOf = ([id, version, ...values]: Change): RecordRow => {
    const isTombstone = values[0] === GONE;
    const said = isTombstone ? [undefined, undefined] : [values[0], values[1]];
    const absent = [...said.keys()].filter((at) => said[at] === undefined).map((at) => at + 2);
    offset += 1;
    return {
      record: sinkRecord(undefined, { offset }),
      ...{ row: [id, String(version), ...said.map((value) => value ?? null)], table, absent },
      ...(isTombstone && { isTombstone: true, deletedAt: '2026-11-28T10:00:00Z' }),
    };
  };
  return {
    database,
    /** @returns the fates of the records, in their order */
    async store(...changes: readonly Change[]): Promise<readonly string[]> {
      const rows = changes.map(rowOf);
      const flushed = await store(rows);
      return rows.map(({ record }) => fateOf(flushed, record));
    },
    rows: async () =>
      (
        await database.query<Record<string, unknown>>(
          'SELECT id::text, version::int, name, city FROM states ORDER BY version, id',
        )
      ).map((row) => Object.values(row)),
  };
}

const many = (count: number): Change[] =>
  Array.from({ length: count }, (_, n) => [`${n + 100}`, 1, 'x', 'y']);

onEachVersion(() => {
  test.each<[string, Given, readonly string[]]>([
    [
      'no value of its enum',
      { key: 'region', before: "CREATE TYPE region AS ENUM ('eu', 'us', 'as')" },
      ['eu', 'xx', 'us', 'as'],
    ],
    [
      'refused by its domain',
      { own: 'small', before: 'CREATE DOMAIN small AS bigint CHECK (VALUE < 10)' },
      ['1', '77', '2', '3'],
    ],
    ['too large', { own: 'integer' }, ['1', '7777777777', '2', '3']],
    ['too long', { key: 'text', own: 'varchar(3)' }, ['abc', 'abcd', 'ab', 'a']],
  ])('a key that is %s costs only its record', async (_, given, [one = '', bad = '', ...two]) => {
    const { store, rows } = await create(given);
    expect(await store([one, 1, 'a'], [bad, 2, 'b'], [two[0] ?? '', 3, 'c', 'd'])).toEqual([
      ...['stored', 'rejected', 'stored'],
    ]);
    expect(await store([bad, 5, 'a'])).toEqual(['rejected']);
    expect(await store([two[1] ?? '', 6, 'a'], [bad, 5, 'b'], [one, 7, 'z'])).toEqual([
      ...['stored', 'rejected', 'stored'],
    ]);
    const [gone, last] = await store([bad, 6, GONE], [one, 8, 'zz']);
    expect(gone).toMatch(/^(stored|rejected)$/);
    expect(last).toBe('stored');
    expect((await rows()).map(([id]) => id)).toEqual([two[0], two[1], one]);
  });

  test.each([
    ['varchar(5)', 'abcdeX'],
    ['char(5)', 'abcdeX'],
  ])('a tombstone whose key is longer than a %s leaves other keys alone', async (own, long) => {
    const { store, rows } = await create({ key: 'text', own });
    expect(await store(['abcde', 1, 'a'], [long, 2, 'b'])).toEqual(['stored', 'rejected']);
    await store([long, 3, GONE]);
    expect(await store(['abcde', 2, 'b'])).toEqual(['stored']);
    expect(await rows()).toEqual([['abcde', 2, 'b', null]]);
  });

  test('an older state behind a delete of its batch stays away, though a newer one is refused', async () => {
    const { store, rows } = await create({ setup: "ALTER TABLE states ADD CHECK (name <> 'bad')" });
    await store(['1', 3, 'there', '']);
    expect(await store(['1', 5, GONE], ['1', 4, 'back'], ['1', 6, 'bad'])).toEqual([
      ...['stored', 'stale', 'rejected'],
    ]);
    expect(await rows()).toEqual([]);
  });

  test('an older state behind a delete of its batch stays away, though a newer one waits for its parent', async () => {
    const { store, rows } = await create({
      before: 'CREATE TABLE cities (name text PRIMARY KEY)',
      setup: 'ALTER TABLE states ADD FOREIGN KEY (city) REFERENCES cities',
      retryForeignKeysMs: 1e15,
    });
    await store(['1', 3, 'there']);
    expect(await store(['1', 5, GONE], ['1', 4, 'back'], ['1', 6, 'new', 'Chur'])).toEqual([
      ...['stored', 'stale', 'failed'],
    ]);
    expect(await rows()).toEqual([]);
  });

  test('an older state behind a delete of its batch stays away, thousands of records later', async () => {
    const { store, rows } = await create({});
    await store(['1', 3, 'there']);
    const fates = await store(['1', 5, GONE], ...many(10_500), ['1', 4, 'back'], ['1', 5, 'equal']);
    expect([fates[0], ...fates.slice(-2)]).toEqual(['stored', 'stale', 'stored']);
    expect((await rows()).filter(([id]) => id === '1')).toEqual([]);
  });

  test.each([
    ['in one batch', true],
    ['in two batches', false],
  ])('a tombstone that is as new as the row changes nothing, %s', async (_, isOne) => {
    for (const states of [HARD, SOFT]) {
      const { store, rows, database } = await create({ states });
      if (isOne) await store(['1', 5, 'a', 'b'], ['1', 5, GONE]);
      else
        for (const one of [['1', 5, 'a', 'b'] as const, ['1', 5, GONE] as const]) await store(one);
      expect(await rows()).toEqual([['1', 5, 'a', 'b']]);
      expect(await database.query('SELECT FROM states WHERE deleted_at IS NULL')).toHaveLength(1);
    }
  });

  test('keys that are equal and written otherwise keep what no update may touch', async () => {
    const { store, rows } = await create({ key: 'numeric', states: { update: [1, 3] } });
    expect(await store(['1', 1, 'first', 'A'], ['1.0', 2, 'second', 'B'])).toEqual([
      ...['stored', 'stored'],
    ]);
    expect(await rows()).toEqual([['1', 2, 'first', 'B']]);
  });

  test('a message that mentions some columns is taken where the row that it makes is sound', async () => {
    const { store, rows, database } = await create({
      states: SOFT,
      setup: 'ALTER TABLE states ADD CHECK (name IS NOT NULL AND city IS NOT NULL)',
    });
    expect(await store(['1', 1, 'a', 'A'], ['2', 1, 'b', 'B'], ['3', 1, 'c', 'C'])).toEqual([
      ...['stored', 'stored', 'stored'],
    ]);
    expect(
      await store(
        ...([
          ['1', 2, undefined, 'AA'],
          ['2', 2, GONE],
          ['3', 0, 'old', undefined],
        ] as const),
        ...([
          ['3', 2, undefined, null],
          ['4', 1, 'd', undefined],
          ['1', 3, 'aa'],
        ] as const),
      ),
    ).toEqual(['stored', 'stored', 'stale', 'rejected', 'rejected', 'stored']);
    expect(await rows()).toEqual([
      ['3', 1, 'c', 'C'],
      ['2', 2, 'b', 'B'],
      ['1', 3, 'aa', 'AA'],
    ]);
    expect(await database.query('SELECT FROM states WHERE deleted_at IS NOT NULL')).toHaveLength(1);
  });

  test.each([
    ['at once', {}],
    ['also where orphans are delivered again', { retryForeignKeysMs: 1e15 }],
  ])(
    'a row that others refer to cannot be deleted: its tombstone is rejected, %s',
    async (_, more) => {
      const { store, rows } = await create({
        ...more,
        setup: `CREATE TABLE orders (customer bigint REFERENCES states);
        INSERT INTO states VALUES (1, 1); INSERT INTO orders VALUES (1)`,
      });
      expect(await store(['1', 2, GONE])).toEqual(['rejected']);
      expect(await store(['2', 1, 'two'], ['1', 2, GONE], ['1', 3, 'newer'])).toEqual([
        ...['stored', 'rejected', 'stored'],
      ]);
      expect(await rows()).toEqual([
        ['2', 1, 'two', null],
        ['1', 3, 'newer', null],
      ]);
    },
  );

  test('keys that hand a unique value on are stored as one after the other, and what clashes is rejected', async () => {
    const { store, rows } = await create({ setup: 'ALTER TABLE states ADD UNIQUE (name)' });
    await store(['2', 1, 'c'], ['3', 1, 'd'], ['9', 1, 'taken']);
    expect(
      await store(['3', 2, null], ['2', 2, 'd'], ['3', 3, 'c'], ['4', 1, 'taken'], ['5', 1, 'e']),
    ).toEqual(['stored', 'stored', 'stored', 'rejected', 'stored']);
    expect(await store(['6', 1, 'taken', 'x'], ['6', 2, undefined, 'y'])).toEqual([
      ...['rejected', 'stored'],
    ]);
    // What was in the way is gone before it is tried again.
    expect(await store(['7', 1, 'taken', 'x'], ['9', 2, GONE])).toEqual(['stored', 'stored']);
    expect((await rows()).map(([id, , ...said]) => [id, ...said])).toEqual([
      ['5', 'e', null],
      ['7', 'taken', 'x'],
      ['2', 'd', null],
      ['6', null, 'y'],
      ['3', 'c', null],
    ]);
  });

  test('what has taken effect is not stale, though something else of the batch is refused', async () => {
    const { store } = await create({ setup: "ALTER TABLE states ADD CHECK (name <> 'bad')" });
    await store(['1', 1, 'a', 'b'], ['2', 1, 'a', 'b']);
    expect(
      await store(
        ...([
          ['1', 2, GONE],
          ['1', 3, 'n'],
          ['2', 2, 'b'],
        ] as const),
        ...([
          ['2', 3, undefined, 'city'],
          ['2', 4, 'bad'],
        ] as const),
      ),
    ).toEqual(['stored', 'stored', 'stored', 'stored', 'rejected']);
  });

  test('records that are older than the row are stale, however their key is written', async () => {
    const { store } = await create({ key: 'numeric' });
    await store(['1', 100, 'newest', '']);
    const old = ['1', '1', '1', '1.0', '1.0', '1.0'].map((id, n): Change => [id, n + 1, 'x', 'y']);
    expect(new Set(await store(...old))).toEqual(new Set(['stale']));
  });

  test('shapes of messages that are many leave a bounded number of prepared statements', async () => {
    const database = await createDatabase();
    const names = Array.from({ length: 8 }, (_, n) => `c${n}`);
    await database.query(`CREATE TABLE states (id bigint PRIMARY KEY, version bigint NOT NULL, ${names.map((one) => `${one} text`).join(', ')});
      CREATE TABLE seen (prepared int);
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen SELECT count(*) FROM pg_prepared_statements; RETURN NULL; END $$;
      CREATE TRIGGER see AFTER INSERT ON states EXECUTE FUNCTION see()`);
    const columns = [column('id', 'bigint', false), column('version', 'bigint', false)];
    const table: Table = {
      ...{ name: ['states'], key: [0], onConflict: 'ignore' },
      columns: [...columns, ...names.map((name) => column(name, 'text'))],
      states: { version: [1], update: [1, ...[...names.keys()].map((at) => at + 2)], ...HARD },
    };
    const rows = Array.from({ length: 256 }, (_, n): RecordRow => {
      const absent = [...names.keys()].filter((at) => (n >> at) % 2 === 1).map((at) => at + 2);
      const row = [`${n}`, '1', ...names.map((_, at) => (absent.includes(at + 2) ? null : 'x'))];
      return { record: sinkRecord(undefined, { offset: n }), row, table, absent };
    });
    expect((await createStoreOf(database)(rows)).stored).toHaveLength(256);
    const [{ most, count } = { most: 0, count: 0 }] = await database.query<Record<string, number>>(
      'SELECT max(prepared)::int AS most, count(*)::int AS count FROM seen',
    );
    expect(count).toBe(256);
    expect(most).toBeLessThan(80);
  });
});
