import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Flushed } from '../../src/postgres/write/flush.ts';
import type { RecordRow } from '../../src/record/row.ts';
import type { States, Table } from '../../src/record/table.ts';
import { column } from '../postgres/support/refusals.ts';
import { createStoreOf } from '../support/any-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { sinkRecord } from '../support/records.ts';
import { onEachVersion } from '../support/versions.ts';

/**
 * Random histories of a partition: puts and deletes over few keys, cut into random batches, of which records or all fail, come
 * again, and are replayed. In the end the table must be what the records make one after the other.
 */

/** Of each of four kinds, for each PostgreSQL: 672 in all. */
const HISTORIES = 42;

const DDL = `CREATE TABLE cities (name text PRIMARY KEY);
  CREATE TABLE states (id numeric PRIMARY KEY, version bigint NOT NULL, name text CHECK (name <> 'bad'),
    city text REFERENCES cities, deleted_at timestamptz);
  CREATE TABLE outage (yes boolean);
  CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM public.outage) THEN RAISE SQLSTATE '55P03'; END IF; RETURN NULL; END $$;
  CREATE TRIGGER fail BEFORE INSERT OR DELETE ON states EXECUTE FUNCTION fail()`;

const tableOf = (deletes: Pick<States, 'tombstones' | 'deletedAt'>): Table => ({
  name: ['states'],
  columns: [
    column('id', 'numeric', false),
    column('version', 'bigint', false),
    column('name', 'text'),
    column('city', 'text'),
  ],
  key: [0],
  onConflict: 'ignore',
  retryForeignKeysMs: 1e15,
  states: { version: [1], update: [1, 2, 3], ...deletes },
});

const SOFT = tableOf({ tombstones: 'soft-delete', deletedAt: 'deleted_at' });
const HARD = tableOf({ tombstones: 'delete' });

/** Undefined is not mentioned. */
interface Entry {
  readonly key: number;
  readonly version: number;
  readonly isGone: boolean;
  readonly name: string | null | undefined;
  readonly city: string | null | undefined;
}

interface State {
  readonly version: number;
  readonly isGone: boolean;
  readonly name: string | null;
  readonly city: string | null;
}

const NOTHING = { name: null, city: null };

/**
 * What the records make one after the other; bad ones are dead-lettered.
 *
 * @param clears whether a delete leaves nothing but its version
 */
function fold(
  entries: readonly Entry[],
  keepsVersion: boolean,
  clears = false,
): Map<number, State> {
  const states = new Map<number, State>();
  for (const { key, version, isGone, name, city } of entries) {
    const before = states.get(key);
    if ((name === 'bad' && !isGone) || (before && before.version >= version)) continue;
    if (isGone && !keepsVersion) states.delete(key);
    else {
      const isNew = before === undefined || (clears && before.isGone);
      const { name: oldName, city: oldCity } = isNew ? NOTHING : before;
      const said = isGone ? {} : { name, city };
      states.set(key, {
        ...{ version, isGone },
        name: said.name === undefined ? oldName : said.name,
        city: said.city === undefined ? oldCity : said.city,
      });
    }
  }
  return states;
}

/** Keys that differ as texts and are equal as numbers. */
const KEYS = [['1', '1.0'], ['2'], ['3', '3.00']] as const;

function rowOf(
  table: Table,
  { key, version, isGone, name, city }: Entry,
  offset: number,
): RecordRow {
  const texts = KEYS[key] ?? [];
  const values = isGone ? [undefined, undefined] : [name, city];
  const absent = values.flatMap((value, at) => (value === undefined ? [at + 2] : []));
  const id = texts[offset % texts.length] ?? '';
  return {
    record: sinkRecord(undefined, { offset, timestamp: 1_700_000_000_000 + offset }),
    ...{ row: [id, String(version), ...values.map((value) => value ?? null)], table },
    ...(absent.length > 0 ? { absent } : {}),
    ...(isGone ? { isTombstone: true as const, deletedAt: '2026-11-28T10:00:00Z' } : {}),
  };
}

const CITIES = ['Bern', 'Chur', 'Genf'];

const field = (isFull: boolean, values: readonly (string | null)[]) =>
  fc.constantFrom(...values, ...(isFull ? [] : [undefined]));

const entry = (isFull: boolean) =>
  fc.record({
    key: fc.nat(KEYS.length - 1),
    version: fc.integer({ min: 1, max: 12 }),
    isGone: fc.boolean().chain((one) => (one ? fc.boolean() : fc.constant(false))),
    name: field(isFull, ['Ada', 'Bob', null, 'bad']),
    city: field(isFull, [...CITIES, null]),
  });

/** What happens to a batch: it is stored; the answer is lost; or the server refuses all for a moment. */
const step = fc.record({
  size: fc.integer({ min: 1, max: 8 }),
  fault: fc.constantFrom('none', 'none', 'none', 'lost', 'outage'),
  /** Whether a redelivery has all from the first failed record on. */
  fromFirst: fc.boolean(),
  /** A city that is there from now on. */
  city: fc.constantFrom(undefined, ...CITIES),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const history = (isFull: boolean) =>
  fc.record({
    entries: fc.array(entry(isFull), { minLength: 1, maxLength: 16 }),
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  });

const LAST: Step = { size: 100, fault: 'none', fromFirst: false, city: undefined };

type Store = ReturnType<typeof createStoreOf>;

async function create() {
  const database = await createDatabase();
  await database.query(DDL);
  const store = createStoreOf(database, {
    ...{ RETRY_MAX_ATTEMPTS: '1', CIRCUIT_BREAKER_THRESHOLD: '100', RETRY_BASE_DELAY_MS: '1' },
  });
  return { database, store };
}

/** Delivers a partition as a source does, until nothing of it is left. */
async function deliver(
  rows: readonly RecordRow[],
  steps: readonly Step[],
  database: TestDatabase,
  store: Store,
) {
  let waiting = [...rows];
  const allCities = CITIES.map((name) => `('${name}')`).join(', ');
  for (let turn = 0; waiting.length > 0; turn += 1) {
    const { size, fault, fromFirst, city } = steps[turn] ?? LAST;
    if (turn === steps.length)
      await database.query(`INSERT INTO cities VALUES ${allCities} ON CONFLICT DO NOTHING`);
    if (turn > steps.length + 1) throw new Error('the partition stands still');
    if (city) await database.query(`INSERT INTO cities VALUES ('${city}') ON CONFLICT DO NOTHING`);
    const batch = waiting.slice(0, size);
    if (fault === 'outage') await database.query('INSERT INTO outage VALUES (true)');
    const flushed = await store(batch);
    if (fault === 'outage') await database.query('DELETE FROM outage');
    checkFates(flushed, batch);
    if (fault === 'lost') continue;
    const failed = new Set(flushed.failed.map(({ record }) => record as unknown));
    const first = batch.findIndex(({ record }) => failed.has(record));
    const again =
      fromFirst && first >= 0
        ? batch.slice(first)
        : batch.filter(({ record }) => failed.has(record));
    waiting = [...again, ...waiting.slice(size)];
  }
}

/** Each record has one fate. */
function checkFates(
  { stored, conflicts, rejected, failed }: Flushed,
  batch: readonly RecordRow[],
): void {
  const fated = [...stored, ...[...conflicts, ...rejected, ...failed].map(({ record }) => record)];
  expect(fated.map((one) => (one as { offset: number }).offset).sort((a, b) => a - b)).toEqual(
    batch.map(({ record }) => record.offset).sort((a, b) => a - b),
  );
}

async function read({ query }: TestDatabase): Promise<Map<number, State>> {
  const rows = await query<State & { id: number }>(
    'SELECT id::int - 1 AS id, version::int, name, city, deleted_at IS NOT NULL AS "isGone" FROM states ORDER BY id',
  );
  return new Map(rows.map(({ id, ...state }) => [id, state]));
}

const sorted = (states: Map<number, State>) => [...states].sort(([a], [b]) => a - b);

async function clear({ query }: TestDatabase): Promise<void> {
  await query('TRUNCATE states, cities');
}

onEachVersion(() => {
  test('soft deletes, and messages that mention some columns', { timeout: 240_000 }, async () => {
    const { database, store } = await create();
    await fc.assert(
      fc.asyncProperty(history(false), async ({ entries, steps }) => {
        await clear(database);
        await deliver(
          entries.map((one, offset) => rowOf(SOFT, one, offset)),
          steps,
          database,
          store,
        );
        expect(sorted(await read(database))).toEqual(sorted(fold(entries, true)));
      }),
      { numRuns: HISTORIES },
    );
  });

  test('hard deletes, in the order of the partition', { timeout: 240_000 }, async () => {
    const { database, store } = await create();
    await fc.assert(
      fc.asyncProperty(history(false), async ({ entries, steps }) => {
        await clear(database);
        // The version of a record is its place: what comes later is newer.
        const growing = entries.map((one, offset) => ({ ...one, version: offset + 1 }));
        await deliver(
          growing.map((one, offset) => rowOf(HARD, one, offset)),
          steps,
          database,
          store,
        );
        expect(sorted(await read(database))).toEqual(sorted(fold(growing, false)));
      }),
      { numRuns: HISTORIES },
    );
  });

  test('hard deletes, of any versions, in one batch', { timeout: 240_000 }, async () => {
    const { database, store } = await create();
    await fc.assert(
      fc.asyncProperty(history(false), async ({ entries }) => {
        await clear(database);
        await deliver(
          entries.map((one, offset) => rowOf(HARD, one, offset)),
          [{ ...LAST, city: 'Bern' }],
          database,
          store,
        );
        // A delete is a version, too; a newer state is another row.
        const gone = ([key, state]: readonly [number, State]) =>
          state.isGone ? [] : [[key, state]];
        const expected = sorted(fold(entries, true, true)).flatMap(gone);
        expect(sorted(await read(database))).toEqual(expected);
      }),
      { numRuns: HISTORIES },
    );
  });

  test('soft deletes, two consumers of one partition at once, and replays of old records', {
    timeout: 240_000,
  }, async () => {
    const { database, store } = await create();
    const both = fc.tuple(
      history(true),
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(15), { maxLength: 10 }),
      fc.integer(),
    );
    await fc.assert(
      fc.asyncProperty(both, async ([{ entries, steps }, others, replayed, seed]) => {
        await clear(database);
        // No two of a key: which of two equal versions comes first, nobody knows then.
        const distinct = entries.map((one, offset) => ({
          ...one,
          version: ((offset * 7 + Math.abs(seed)) % 97) * 100 + offset,
        }));
        const rows = distinct.map((one, offset) => rowOf(SOFT, one, offset));
        const quiet = ({ fault, ...one }: Step): Step => ({
          ...one,
          fault: fault === 'outage' ? 'lost' : fault,
        });
        await Promise.all([
          deliver(rows, steps.map(quiet), database, store),
          deliver(rows, others.map(quiet), database, store),
        ]);
        await store(
          replayed
            .flatMap((at) => rows[at] ?? [])
            .filter((one, at, all) => all.indexOf(one) === at),
        );
        const newest = distinct.toSorted((a, b) => a.version - b.version);
        const expected = [...fold(newest, true)].map(([key, state]) => [key, state] as const);
        const found = await read(database);
        for (const [key, { version, isGone, ...said }] of expected)
          expect(found.get(key)).toMatchObject(
            isGone ? { version, isGone } : { version, isGone, ...said },
          );
        expect(found.size).toBe(expected.length);
      }),
      { numRuns: HISTORIES },
    );
  });
});
