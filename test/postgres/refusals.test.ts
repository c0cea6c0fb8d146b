import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Flushed } from '../../src/postgres/write/flush.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import type { Table } from '../../src/record/table.ts';
import { createAnyStore, createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { onEachVersion } from '../support/versions.ts';
import { CASES, COUNT, column, DDL, ITEMS, isBad, item, RAISE } from './support/refusals.ts';

onEachVersion((version) => {
  for (const [name, one] of Object.entries(CASES))
    test.skipIf(version < (one.since ?? 0))(
      `of ${COUNT} rows, the 20 that ${name} refuses are rejected, and all others stored`,
      async () => {
        const database = await createDatabase();
        await database.query(`${DDL} ${one.setup}`);
        const statements = countStatements(database);
        const table = { ...ITEMS, name: [one.table ?? 'items'] };
        const store = await createAnyStore(database, table);
        for (const [round, expectsFew] of [
          [0, false],
          [1, true],
        ] as const) {
          const ids = Array.from({ length: COUNT }, (_, n) => round * COUNT + n);
          const before = statements();
          const written = await store(
            ids.map((id) => item(id, isBad(id) ? one.bad(id) : {})),
            round * COUNT,
          );
          expect(written.failed).toEqual([]);
          expect(offsets(written.stored)).toEqual(ids.filter((id) => !isBad(id)));
          expect(offsets(written.rejected)).toEqual(ids.filter(isBad));
          for (const { details } of written.rejected) expect(details.sqlstate).toBe(one.sqlstate);
          if (one.constraint)
            for (const { details } of written.rejected)
              expect(details.constraint).toBe(one.constraint);
          const judged = one.judged === true || (one.judged === 'from 16' && version >= 16);
          if (expectsFew && judged && !one.table) expect(statements() - before).toBeLessThan(8);
        }
        const rows = await database.query<{ id: string }>(
          'SELECT id FROM items WHERE id >= 0 ORDER BY id',
        );
        expect(rows.map(({ id }) => Number(id))).toEqual(
          Array.from({ length: 2 * COUNT }, (_, id) => id).filter((id) => !isBad(id)),
        );
      },
    );

  test('a row that row-level security refuses is rejected, a missing privilege fails all', async () => {
    const database = await createDatabase();
    const user = `user_${process.pid}_${version}`;
    await database.query(`${DDL} CREATE ROLE ${user} LOGIN PASSWORD 'secret';
      GRANT INSERT, SELECT ON items TO ${user}; ALTER TABLE items ENABLE ROW LEVEL SECURITY;
      CREATE POLICY small ON items USING (true) WITH CHECK ("Amount" < 100)`);
    const url = Object.assign(new URL(database.url), { username: user, password: 'secret' }).href;
    try {
      const store = await createAnyStore({ url }, ITEMS);
      const all = (first: number) =>
        Array.from({ length: COUNT }, (_, n) =>
          item(first + n, isBad(first + n) ? { Amount: '100' } : {}),
        );
      const { stored, rejected, failed } = await store(all(0));
      expect([stored.length, failed]).toEqual([COUNT - 20, []]);
      expect(rejected.map(({ details }) => details.sqlstate)).toEqual(Array(20).fill('42501'));
      // One alone, after others were taken.
      expect((await store([item(5000, { Amount: '100' })])).rejected).toHaveLength(1);
      await database.query(`REVOKE INSERT ON items FROM ${user}`);
      for (const rows of [all(10_000), [item(20_000)]])
        expect(await store(rows)).toMatchObject({
          stored: [],
          rejected: [],
          failed: { length: rows.length },
        });
    } finally {
      await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
    }
  });

  test.each(Object.entries(PRIVILEGES))(
    'rows that meet a privilege which is missing fail, and none is rejected (P4): %s',
    async (_, one) => {
      const database = await createDatabase();
      const [user, other] = ['sink', 'owner'].map((role) => `${role}_${process.pid}_${version}`);
      const fill = (sql: string) =>
        sql.replaceAll('$user', `${user}`).replaceAll('$owner', `${other}`);
      await database.query(
        fill(`${DDL} CREATE ROLE $owner; CREATE ROLE $user LOGIN PASSWORD 'secret';
            GRANT INSERT, SELECT ON items TO $user; ${one.setup}`),
      );
      const login = { username: user, password: 'secret' };
      const url = Object.assign(new URL(database.url), login).href;
      try {
        const store = await createAnyStore({ url }, ITEMS);
        const ids = (first: number, count: number) =>
          Array.from({ length: count }, (_, n) => first + n);
        const meeting = (id: number) => item(id);
        const mixed = (id: number) => item(id, isBad(id) ? {} : one.others);
        expect((await store(ids(0, COUNT).map(meeting))).stored).toHaveLength(COUNT);
        await database.query(fill(one.revoke));
        for (const [first, count] of [
          [COUNT, COUNT],
          [2 * COUNT, 1],
        ] as const) {
          const { stored, rejected, failed } = await store(ids(first, count).map(meeting));
          expect([stored, rejected, failed.length]).toEqual([[], [], count]);
          expect(failed[0]?.cause).toMatchObject({ code: '42501' });
        }
        const rows = ids(3 * COUNT, COUNT).map(mixed);
        if (one.others) {
          const { stored, rejected, failed } = await store(rows, 3 * COUNT);
          expect(rejected).toEqual([]);
          expect(offsets(failed)).toEqual(ids(3 * COUNT, COUNT).filter(isBad));
          expect(offsets(stored)).toEqual(ids(3 * COUNT, COUNT).filter((id) => !isBad(id)));
        }
        await database.query(fill(one.grant));
        expect((await store(rows)).stored).toHaveLength(COUNT);
        expect((await store(ids(COUNT, COUNT + 1).map(meeting))).stored).toHaveLength(COUNT + 1);
        expect(await database.query('SELECT count(*)::int FROM items')).toEqual([
          { count: 3 * COUNT + 1 },
        ]);
      } finally {
        await database.query(fill('DROP OWNED BY $user, $owner CASCADE; DROP ROLE $user, $owner'));
      }
    },
  );

  test('the rules are not read again for each row that something refuses which they do not know', async () => {
    const database = await createDatabase();
    const user = `owner_${process.pid}_${version}`;
    await database.query(`${DDL} CREATE ROLE ${user} LOGIN PASSWORD 'secret';
      GRANT INSERT, SELECT ON items TO ${user}; ALTER TABLE items ENABLE ROW LEVEL SECURITY;
      CREATE POLICY small ON items USING (true) WITH CHECK ("Amount" < 100);
      ALTER TABLE items ADD CONSTRAINT apart EXCLUDE USING btree (code WITH =)`);
    const url = Object.assign(new URL(database.url), { username: user, password: 'secret' }).href;
    try {
      const readings = countStatements(database, (query) =>
        String(Object(query).text ?? query).includes('pg_get_indexdef'),
      );
      const store = await createAnyStore({ url }, ITEMS);
      const bad = [{ Amount: '100' }, { code: 'code 1' }];
      const { stored, rejected, failed } = await store(
        Array.from({ length: COUNT }, (_, id) => item(id, isBad(id) ? bad[(id / 100) & 1] : {})),
      );
      expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
      expect(new Set(rejected.map(({ details }) => details.sqlstate))).toEqual(
        new Set(['42501', '23P01']),
      );
      expect(readings()).toBeLessThan(3);
    } finally {
      await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
    }
  });

  test('a foreign key whose table may not be read is searched for', async () => {
    const database = await createDatabase();
    const user = `reader_${process.pid}_${version}`;
    await database.query(`${DDL} ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents;
      CREATE ROLE ${user} LOGIN PASSWORD 'secret'; GRANT INSERT, SELECT ON items TO ${user}`);
    const url = Object.assign(new URL(database.url), { username: user, password: 'secret' }).href;
    try {
      const store = await createAnyStore({ url }, ITEMS);
      const rows = Array.from({ length: COUNT }, (_, id) =>
        item(id, isBad(id) ? { parent: '77' } : {}),
      );
      const { stored, rejected, failed } = await store(rows);
      expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
      // Seen, and hidden by row-level security: what it cannot see is there all the same.
      await database.query(
        `GRANT SELECT ON parents TO ${user}; ALTER TABLE parents ENABLE ROW LEVEL SECURITY`,
      );
      const more = await store(
        rows.map((_, n) => item(COUNT + n, isBad(n) ? { parent: '77' } : {})),
      );
      expect([more.stored.length, more.rejected.length, more.failed]).toEqual([COUNT - 20, 20, []]);
    } finally {
      await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
    }
  });

  test('what all rows meet alike fails them, and rejects none (P4)', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} CREATE SEQUENCE few MAXVALUE 10; CREATE SEQUENCE large START 40000`,
    );
    const store = await createAnyStore(database, ITEMS);
    let next = 0;
    const rows = (count: number) => {
      next += count;
      return Array.from({ length: count }, (_, n) => item(next - n));
    };
    const faults = {
      'a sequence that is used up': ["ADD n int, ALTER n SET DEFAULT nextval('few')", '2200H'],
      'a number of its own that is too large': [
        "ADD n smallint, ALTER n SET DEFAULT nextval('large')",
        '22003',
      ],
      'a CHECK of a column that it does not write': [
        'ADD n int, ADD CONSTRAINT has_n CHECK (n IS NOT NULL) NOT VALID',
        '23514',
      ],
      'a foreign key of such a column': [
        'ADD n bigint, ALTER n SET DEFAULT 77, ADD FOREIGN KEY (n) REFERENCES parents',
        '23503',
      ],
      'a unique column of its own': ['ADD n int UNIQUE, ALTER n SET DEFAULT 1', '23505'],
    } as const;
    expect((await store(rows(COUNT))).stored).toHaveLength(COUNT);
    for (const [fault, [alter, code]] of Object.entries(faults)) {
      await database.query('ALTER TABLE items ADD COLUMN IF NOT EXISTS n int');
      await database.query('ALTER TABLE items DROP COLUMN n');
      await database.query(`ALTER TABLE items ${alter}`);
      if (code === '23505') await database.query('INSERT INTO items (id) VALUES (-1)');
      // Before 16 it cannot be told from a number of the record, which must not stall its partition.
      const counts = version < 16 && code === '22003' ? [] : [COUNT, 1];
      for (const count of counts) {
        const { stored, rejected, failed } = await store(rows(count));
        const few = code === '2200H' ? 10 : 0;
        expect([fault, rejected]).toEqual([fault, []]);
        expect([fault, stored.length + failed.length]).toEqual([fault, count]);
        expect(stored.length).toBeLessThanOrEqual(few);
        expect(failed[0]?.cause).toMatchObject({ code });
      }
      if (code === '2200H') await database.query(`ALTER TABLE items ALTER n DROP DEFAULT`);
    }
    await database.query('ALTER TABLE items DROP COLUMN n');
    expect((await store(rows(COUNT))).stored).toHaveLength(COUNT);
    await database.query(RAISE('true', "RAISE 'closed'"));
    const closed = await store(rows(COUNT));
    expect([closed.rejected, closed.failed.length]).toEqual([[], COUNT]);
  });

  test('a number of its own that is too large rejects none, where values cannot be judged any more (P4)', async () => {
    const database = await createDatabase();
    // PostgreSQL compares the two by neither collation, unless the foreign key does.
    await database.query(`${DDL} CREATE SEQUENCE large START 40000;
      CREATE TABLE regions (code text COLLATE "C" PRIMARY KEY); INSERT INTO regions VALUES ('eu');
      ALTER TABLE items ALTER region TYPE text COLLATE "POSIX", ADD CONSTRAINT known FOREIGN KEY (region) REFERENCES regions`);
    const store = await createAnyStore(database, ITEMS);
    const rows = (first: number, count: number, bad: Parameters<typeof item>[1] = {}) =>
      Array.from({ length: count }, (_, n) => item(first + n, isBad(first + n) ? bad : {}));
    for (const first of [0, COUNT]) {
      const { rejected, failed } = await store(rows(first, COUNT, { region: 'us' }));
      expect([rejected.length, failed]).toEqual([20, []]);
    }
    await database.query("ALTER TABLE items ADD n smallint, ALTER n SET DEFAULT nextval('large')");
    for (const count of [COUNT, 1]) {
      const { stored, rejected, failed } = await store(rows(2 * COUNT, count));
      expect([stored, rejected, failed.length]).toEqual([[], [], count]);
      expect(failed[0]?.cause).toMatchObject({ code: '22003' });
    }
    await database.query('ALTER TABLE items ALTER n DROP DEFAULT');
    const written = await store(rows(2 * COUNT, COUNT, { day: '2026-02-30' }), 2 * COUNT);
    expect([written.stored.length, written.failed]).toEqual([COUNT - 20, []]);
    expect(offsets(written.rejected).every(isBad)).toBe(true);
  });

  test('a setting that the login does not know rejects no record (P4)', async () => {
    const database = await createDatabase();
    await database.query(DDL);
    const url = `${database.url}?options=${encodeURIComponent('-c TimeZone=No/Where')}`;
    const store = await createAnyStore({ url }, ITEMS);
    const { stored, rejected, failed } = await store(
      Array.from({ length: COUNT }, (_, id) => item(id)),
    );
    expect([stored, rejected, failed.length]).toEqual([[], [], COUNT]);
    expect(failed[0]?.cause).toMatchObject({ fault: 'deployment', code: '22023' });
  });

  test.each([
    ['begins', (at: number) => at < 2400],
    ['ends', (at: number) => at >= 2600],
  ])(
    'rows that a trigger refuses are rejected, also where a batch %s with a thousand of them (P3)',
    async (_, isRefused) => {
      const database = await createDatabase();
      await database.query(`${DDL} ${RAISE("NEW.code = 'bad'", "RAISE 'bad code'")}`);
      const store = await createAnyStore(database, ITEMS);
      // The first delivery is copied, and refused as a whole; the second is inserted piece by piece.
      for (const first of [0, 10_000]) {
        const rows = Array.from({ length: 5000 }, (_, at) =>
          item(first + at, isRefused(at) ? { code: 'bad' } : {}),
        );
        const { stored, rejected, failed } = await store(rows, first);
        expect(failed).toEqual([]);
        expect([stored.length, rejected.length]).toEqual([2600, 2400]);
        expect(new Set(rejected.map(({ details }) => details.sqlstate))).toEqual(
          new Set(['P0001']),
        );
      }
    },
  );

  test('text that the encoding of the database does not have is rejected alone', async () => {
    const database = await createDatabase('LATIN1');
    await database.query(DDL);
    const store = await createAnyStore(database, ITEMS);
    const rows = Array.from({ length: COUNT }, (_, id) =>
      item(id, { code: isBad(id) ? 'Доставлено' : `écrit ${id}` }),
    );
    for (const repeats of [0, COUNT - 20]) {
      const { stored, inserted, rejected, failed } = await store(rows);
      expect([stored.length, stored.length - inserted, failed]).toEqual([COUNT - 20, repeats, []]);
      expect(rejected.map(({ record }) => (record as SinkRecord).offset).sort()).toEqual(
        rows.flatMap((_, id) => (isBad(id) ? id : [])).sort(),
      );
      expect(new Set(rejected.map(({ details }) => details.sqlstate))).toEqual(new Set(['22P05']));
    }
  });

  test('when the key is not unique any more, nothing is stored, also where conflicts name no index (P2)', async () => {
    const database = await createDatabase();
    await database.query(`${DDL} ALTER TABLE items ADD UNIQUE (code)`);
    const store = await createAnyStore(database, ITEMS);
    const rows = Array.from({ length: COUNT }, (_, id) =>
      item(id, isBad(id) ? { code: 'code 1' } : {}),
    );
    expect((await store(rows)).rejected).toHaveLength(20);
    await database.query(
      'ALTER TABLE items DROP CONSTRAINT items_pkey; UPDATE items SET code = NULL',
    );
    const { stored, rejected, failed } = await store(rows);
    expect([stored, rejected, failed.length]).toEqual([[], [], COUNT]);
    expect(failed[0]?.cause).toMatchObject({ code: '42P10' });
    expect(await database.query('SELECT count(*)::int FROM items')).toEqual([
      { count: COUNT - 20 },
    ]);
  });

  test('a row that no partition takes is delivered again, and the others are stored', async () => {
    const database = await createDatabase();
    await database.query(`CREATE TABLE items (id bigint, code text, "Amount" numeric, parent bigint, region text, day date, PRIMARY KEY (id, day))
      PARTITION BY RANGE (day);
      CREATE TABLE november PARTITION OF items FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')`);
    const table = { ...ITEMS, key: [0, 5] };
    const store = await createAnyStore(database, table);
    const rows = Array.from({ length: COUNT }, (_, id) =>
      item(id, isBad(id) ? { day: '2026-12-24' } : {}),
    );
    const { stored, rejected, failed } = await store(rows);
    expect([stored.length, rejected, failed.length]).toEqual([COUNT - 20, [], 20]);
    expect(failed[0]?.cause).toMatchObject({ code: '23514' });
    await database.query(
      `CREATE TABLE december PARTITION OF items FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')`,
    );
    expect((await store(rows)).stored).toHaveLength(COUNT);
  });

  test('a constraint that is dropped, and one that is made looser, refuses nothing from then on (P4)', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD CONSTRAINT small CHECK ("Amount" < 100), ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents`,
    );
    const store = await createAnyStore(database, ITEMS);
    const rows = (first: number) =>
      Array.from({ length: COUNT }, (_, n) => {
        if (n % 100 === 1) return item(first + n, { Amount: '500' });
        return item(first + n, n % 100 === 2 ? { parent: '77' } : {});
      });
    expect((await store(rows(0))).rejected).toHaveLength(40);
    expect((await store(rows(10_000))).rejected).toHaveLength(40);
    await database.query(
      `ALTER TABLE items DROP CONSTRAINT small, ADD CONSTRAINT small CHECK ("Amount" < 1000); INSERT INTO parents VALUES (77, 'eu')`,
    );
    const { stored, rejected, failed } = await store(rows(20_000));
    expect([stored.length, rejected, failed]).toEqual([COUNT, [], []]);
  });

  test('rows that refer to rows of their own batch are stored, whatever else is in it', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD CONSTRAINT of_item FOREIGN KEY (parent) REFERENCES items, ADD CHECK (code <> 'x')`,
    );
    const store = await createAnyStore(database, ITEMS);
    // Each refers to the one after it, and the last to none.
    const rows = Array.from({ length: COUNT }, (_, id) =>
      item(id, {
        parent: id % 20 === 19 ? null : String(id + 1),
        ...(id % 1000 === 500 && { code: 'x', parent: null }),
      }),
    );
    const { stored, rejected, failed } = await store(rows);
    // The two that the CHECK refuses, and those of the same twenty before them, whose parents never come.
    expect(failed).toEqual([]);
    expect(offsets(rejected)).toEqual([500, 1500]);
    expect(stored).toHaveLength(COUNT - 2);
  });

  test('children that come before their parents, in another table of the batch, are stored', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents`,
    );
    const parents: Table = {
      name: ['parents'],
      columns: [column('id', 'bigint', false), column('region', 'text', false)],
      key: [0],
      onConflict: 'ignore',
    };
    const store = createStoreOf(database);
    for (const round of [1, 2]) {
      const first = round * 10_000;
      const children = Array.from({ length: COUNT }, (_, n) =>
        item(first + n, { parent: String(n % 100 === 7 ? -1 : first + n) }),
      );
      const { stored, rejected, failed } = await store([
        ...rowsOf(ITEMS, children),
        ...rowsOf(
          parents,
          Array.from({ length: COUNT }, (_, n) => [String(first + n), 'eu']),
          COUNT,
        ),
      ]);
      expect([stored.length, rejected.length, failed]).toEqual([2 * COUNT - 20, 20, []]);
      for (const { details } of rejected) expect(details.constraint).toBe('has_parent');
    }
  });

  test('a record whose parent may still come fails until it is as old as the definition says', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents`,
    );
    const store = createStoreOf(database);
    const table = { ...ITEMS, retryForeignKeysMs: 60_000 };
    const rows = Array.from({ length: COUNT }, (_, id) =>
      item(id, isBad(id) ? { parent: '77' } : {}),
    );
    const batchAt = (timestamp: number) =>
      rowsOf(table, rows).map((one) => ({ ...one, record: { ...one.record, timestamp } }));
    const young = await store(batchAt(Date.now()));
    expect([young.stored.length, young.rejected, young.failed.length]).toEqual([
      COUNT - 20,
      [],
      20,
    ]);
    expect(young.failed[0]?.cause.message).toBe(
      'The row that it refers to is not there yet (constraint has_parent).',
    );
    const old = await store(batchAt(Date.now() - 61_000));
    expect([old.stored.length, old.rejected.length, old.failed]).toEqual([COUNT - 20, 20, []]);
    await database.query("INSERT INTO parents VALUES (77, 'eu')");
    expect((await store(batchAt(Date.now()))).stored).toHaveLength(COUNT);
  });

  test('two writers at once, of rows that must be unique and of parents that go, lose and double nothing', async () => {
    const database = await createDatabase();
    await database.query(
      `${DDL} ALTER TABLE items ADD UNIQUE (code), ADD FOREIGN KEY (parent) REFERENCES parents`,
    );
    const stores = [createStoreOf(database), createStoreOf(database)];
    for (let round = 0; round < 3; round += 1) {
      const first = round * 10_000;
      const written = await Promise.all(
        stores.map((store, side) =>
          store(
            rowsOf(
              ITEMS,
              Array.from({ length: COUNT }, (_, n) =>
                item(first + side * 5000 + n, {
                  code: `${first + n}`,
                  parent: n % 50 === 3 ? '88' : '1',
                }),
              ),
            ),
          ),
        ),
      );
      expect(written.flatMap(({ failed }) => failed)).toEqual([]);
      const stored = written.reduce((sum, one) => sum + one.stored.length, 0);
      const rejected = written.reduce((sum, one) => sum + one.rejected.length, 0);
      expect([stored, rejected]).toEqual([COUNT - 40, COUNT + 40]);
      const [row] = await database.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM items WHERE id >= ${first}`,
      );
      expect(row?.n).toBe(stored);
    }
  });
});

interface Privilege {
  readonly setup: string;
  readonly revoke: string;
  readonly grant: string;
  /** What rows have that do not meet it; absent where all do. */
  readonly others?: Parameters<typeof item>[1];
}

/** Privileges that an insert of no rows does not need. */
const PRIVILEGES: Readonly<Record<string, Privilege>> = {
  'EXECUTE of the function of an index': {
    setup: `CREATE FUNCTION shown(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower(t); END $$;
            CREATE INDEX ON items (shown(code));`,
    revoke: 'REVOKE EXECUTE ON FUNCTION shown(text) FROM PUBLIC',
    grant: 'GRANT EXECUTE ON FUNCTION shown(text) TO PUBLIC',
  },
  'that of the owner of a table of parents': {
    setup: `CREATE SCHEMA ref; GRANT USAGE, CREATE ON SCHEMA ref TO $owner;
            ALTER TABLE parents SET SCHEMA ref; ALTER TABLE ref.parents OWNER TO $owner;
            ALTER TABLE items ADD FOREIGN KEY (parent) REFERENCES ref.parents;`,
    revoke: 'REVOKE ALL ON SCHEMA ref FROM $owner',
    grant: 'GRANT USAGE ON SCHEMA ref TO $owner',
    others: { parent: null },
  },
  'INSERT on a table that a trigger writes some rows to': {
    setup: `CREATE TABLE log (id bigint); GRANT INSERT ON log TO $user;
            ${RAISE('NEW."Amount" > 1', 'INSERT INTO public.log VALUES (NEW.id)')}`,
    revoke: 'REVOKE INSERT ON log FROM $user',
    grant: 'GRANT INSERT ON log TO $user',
    others: { Amount: '1' },
  },
};

function offsets(list: Flushed['stored'] | readonly { readonly record: unknown }[]): number[] {
  const records = list.map((one) => ('record' in one ? (one.record as SinkRecord) : one));
  return records.map(({ offset }) => offset).sort((a, b) => a - b);
}

/** Counts the queries that write to the table, also those that fail. A trigger cannot: what one does before a statement, nobody knows. */
function countStatements({ url }: TestDatabase, isCounted = isWriting): () => number {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  onTestFinished(() => query.mockRestore());
  const database = new URL(url).pathname.slice(1);
  return () =>
    query.mock.calls.filter(
      ([first], call) =>
        (query.mock.contexts[call] as pg.Client).database === database && isCounted(first),
    ).length;
}

/** @param query a text, or an object that has one; that of a copy is within its own */
function isWriting(query: unknown): boolean {
  const { text = query, cursorStream, cursor } = Object(query);
  return /INSERT INTO|\bCOPY /.test(String((cursorStream ?? cursor)?.text ?? text));
}
