import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordRow } from '../../src/record/row.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { children, EVENTS, event, PLAIN, RANGES } from './support/events.ts';

const COUNT = 2400;
/** So few rows are inserted, and not copied. */
const FEW = 45;

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const good = () =>
  rowsOf(
    EVENTS,
    numbers(COUNT).map((n) => event(n)),
  );
/** One of a hundred breaks a rule of the table. */
const mixed = () =>
  rowsOf(
    EVENTS,
    numbers(COUNT).map((n) => event(n, n % 100 ? undefined : 'bad')),
  );

function inBatches(rows: readonly RecordRow[], size: number): RecordRow[][] {
  return numbers(Math.ceil(rows.length / size)).map((n) => rows.slice(n * size, (n + 1) * size));
}

/** Stores rows in batches of a size, by a process of its own, and adds up what became of them. */
async function deliver(database: { url: string }, rows: readonly RecordRow[], size = COUNT) {
  const store = createStoreOf(database, { RETRY_MAX_ATTEMPTS: '0' });
  const sum = { stored: 0, inserted: 0, keptOut: 0, rejected: 0, failed: 0 };
  const causes = new Set<string>();
  for (const batch of inBatches(rows, size)) {
    const { stored, inserted, keptOut, rejected, failed } = await store(batch);
    sum.stored += stored.length;
    sum.inserted += inserted;
    sum.keptOut += keptOut;
    sum.rejected += rejected.length;
    sum.failed += failed.length;
    for (const { cause } of failed) causes.add(String((cause as { code?: string }).code));
  }
  return { ...sum, causes: [...causes] };
}

const NONE = { stored: 0, inserted: 0, keptOut: 0, rejected: 0, failed: 0, causes: [] };

/** How many records of all are in the table, and how many rows it has. */
async function found(database: TestDatabase) {
  const [row] = await database.query(
    'SELECT count(*)::int AS rows, count(DISTINCT id)::int AS records FROM events',
  );
  return row;
}

/** Batches that are enough where each of them fails, which takes most of a second on a busy machine. */
const BATCHES = 10;

const WAYS = [
  ['copied', COUNT],
  ['inserted', FEW],
] as const;

test.each(WAYS)(
  'a table in ranges of time whose key is id and time gets each record once: %s, again, and again by another process',
  async (_, size) => {
    const database = await createDatabase();
    await database.query(RANGES);
    expect(await deliver(database, good(), size)).toEqual({
      ...NONE,
      stored: COUNT,
      inserted: COUNT,
    });
    for (const again of [COUNT, FEW])
      expect(await deliver(database, good(), again)).toEqual({ ...NONE, stored: COUNT });
    expect(await found(database)).toEqual({ rows: COUNT, records: COUNT });
    expect(
      await database.query(
        'SELECT count(DISTINCT tableoid)::int AS parts FROM events WHERE NOT EXISTS (SELECT FROM ONLY events)',
      ),
    ).toEqual([{ parts: 36 }]);
  },
);

test.each(WAYS)(
  'and rows that a rule of it refuses are rejected, and no others: %s',
  async (_, size) => {
    const database = await createDatabase();
    await database.query(RANGES);
    for (const inserted of [COUNT - COUNT / 100, 0])
      expect(await deliver(database, mixed(), size)).toEqual({
        ...NONE,
        ...{ stored: COUNT - COUNT / 100, inserted, rejected: COUNT / 100 },
      });
    expect(await found(database)).toMatchObject({ rows: COUNT - COUNT / 100 });
  },
);

test.each(WAYS)(
  'a table whose trigger puts each row into a child has each record once, and nothing is rejected: %s',
  async (_, size) => {
    const database = await createDatabase();
    await database.query(children());
    for (const again of [size, COUNT, FEW])
      expect(await deliver(database, good(), again)).toMatchObject({
        ...{ stored: COUNT, inserted: 0, rejected: 0, failed: 0 },
      });
    expect(await found(database)).toEqual({ rows: COUNT, records: COUNT });
    expect(await database.query('SELECT count(*)::int FROM ONLY events')).toEqual([{ count: 0 }]);
  },
);

/** A user who may do so much, and no more. */
async function createUser(database: TestDatabase, privileges: string) {
  const user = `sink_${randomBytes(6).toString('hex')}`;
  await database.query(
    `CREATE ROLE ${user} LOGIN PASSWORD 'secret'; GRANT ${privileges} ON events TO ${user}`,
  );
  onTestFinished(
    async () => void (await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`)),
  );
  const url = new URL(database.url);
  Object.assign(url, { username: user, password: 'secret' });
  return { user, url: url.href };
}

/** What keeps the user from storing, and the statement that ends it. */
const OBSTACLES = {
  'a role that may only INSERT': ['INSERT', '', 'GRANT SELECT ON events TO $user'],
  'row security without a policy': [
    'INSERT, SELECT',
    'ALTER TABLE events ENABLE ROW LEVEL SECURITY',
    'CREATE POLICY a ON events FOR INSERT TO $user WITH CHECK (true); CREATE POLICY b ON events FOR SELECT TO $user USING (true)',
  ],
} as const;

test.each(
  Object.entries(OBSTACLES).flatMap(([what, obstacle]) =>
    WAYS.map(([way, size]) => [what, way, size, obstacle] as const),
  ),
)(
  '%s: no record is rejected or lost, and all are stored once it is right (%s)',
  async (_, __, size, [privileges, obstacle, remedy]) => {
    const database = await createDatabase();
    await database.query(`${PLAIN} ${obstacle}`);
    const { user, url } = await createUser(database, privileges);
    const some = good().slice(0, BATCHES * size);
    for (let delivery = 0; delivery < 2; delivery += 1)
      expect(await deliver({ url }, some, size)).toEqual({
        ...NONE,
        ...{ failed: some.length, causes: ['42501'] },
      });
    expect(await found(database)).toEqual({ rows: 0, records: 0 });
    await database.query(remedy.replaceAll('$user', user));
    expect(await deliver({ url }, good(), size)).toEqual({
      ...NONE,
      stored: COUNT,
      inserted: COUNT,
    });
    expect(await deliver({ url }, good())).toEqual({ ...NONE, stored: COUNT });
    expect(await found(database)).toEqual({ rows: COUNT, records: COUNT });
  },
);

test.each(WAYS)('a view gets no record, and none is rejected: %s', async (_, size) => {
  const database = await createDatabase();
  await database.query(`${PLAIN} ALTER TABLE events RENAME TO behind; CREATE VIEW events AS TABLE behind;
    CREATE FUNCTION route() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO behind VALUES (NEW.*); RETURN NEW; END $$;
    CREATE TRIGGER route INSTEAD OF INSERT ON events FOR EACH ROW EXECUTE FUNCTION route()`);
  const some = good().slice(0, BATCHES * size);
  expect(await deliver(database, some, size)).toEqual({
    ...NONE,
    ...{ failed: some.length, causes: ['42P10'] },
  });
});
