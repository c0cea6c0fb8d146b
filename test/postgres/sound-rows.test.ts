import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createAnyStore } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { onEachVersion } from '../support/versions.ts';
import { DDL, ITEMS, item } from './support/refusals.ts';

/** Of a batch that is copied, and of one that is inserted: two of them are bad. */
const COUNT = 200;
const FEW = 43;

const rows = (
  first: number,
  bad: Parameters<typeof item>[1],
  one: Parameters<typeof item>[1] = {},
) =>
  Array.from({ length: COUNT }, (_, n) =>
    item(first + n, n % 100 === 42 ? bad : n === 7 ? one : {}),
  );

type Lists = Record<'stored' | 'rejected' | 'failed', readonly unknown[]>;
const counts = ({ stored, rejected, failed }: Lists) => [
  stored.length,
  rejected.length,
  failed.length,
];
const BUT_TWO = [COUNT - 2, 2, 0];
const ALL = [COUNT, 0, 0];

const UNIQUE =
  "INSERT INTO items VALUES (-1, 'taken'); ALTER TABLE items ADD CONSTRAINT one_code UNIQUE (code);";

onEachVersion((version) => {
  test.each([COUNT, FEW])(
    'of %s rows, one whose rival another transaction is deleting waits for that, and is stored',
    async (count) => {
      const database = await createDatabase();
      await database.query(`${DDL} ${UNIQUE} INSERT INTO items VALUES (-2, 'leaves')`);
      const store = await createAnyStore(database, ITEMS);
      expect(counts(await store(rows(0, { code: 'taken' })))).toEqual(BUT_TWO);
      const client = new pg.Client(database.url);
      await client.connect();
      onTestFinished(() => client.end());
      await client.query('BEGIN; DELETE FROM items WHERE id = -2');
      const batch = rows(COUNT, { code: 'taken' }, { code: 'leaves' }).slice(0, count);
      const storing = store(batch);
      const blocked = async () => {
        const waiting = await database.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        return waiting.length > 0;
      };
      await Promise.race([until(blocked, 'the insert waits'), storing]);
      await client.query('COMMIT');
      const bad = count === COUNT ? 2 : 1;
      expect(counts(await storing)).toEqual([count - bad, bad, 0]);
    },
  );

  test.each(Object.entries(SOUND))('a sound row is stored: %s', async (_, one) => {
    const database = await createDatabase();
    await database.query(`${DDL} ${one.setup}`);
    const store = await createAnyStore(database, ITEMS);
    const bad = one.bad ?? {};
    const isRefused = one.bad !== undefined;
    expect(counts(await store(rows(0, bad)))).toEqual(isRefused ? BUT_TWO : ALL);
    if (one.change) await database.query(one.change);
    const { stored, rejected, failed } = await store(rows(COUNT, one.after ?? bad, one.sound));
    expect(rejected.map(({ record }) => (record as { offset: number }).offset)).toEqual(
      isRefused && !one.after ? [42, 142] : [],
    );
    expect([stored.length + rejected.length, failed]).toEqual([COUNT, []]);
  });

  test.each(Object.entries(BROKEN))('nothing is dead-lettered: %s (P4)', async (_, one) => {
    const database = await createDatabase();
    await database.query(`${DDL} ${one}`);
    const store = await createAnyStore(database, ITEMS);
    expect(counts(await store(rows(0, {})))).toEqual([0, 0, COUNT]);
  });

  test('a row whose rival row security hides is rejected, and holds up nothing (P3)', async () => {
    const database = await createDatabase();
    const user = `hidden_${process.pid}_${version}`;
    await database.query(`${DDL} ${UNIQUE} CREATE ROLE ${user} LOGIN PASSWORD 'secret';
      GRANT INSERT, SELECT ON items TO ${user}; ALTER TABLE items ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON items USING (id >= 0) WITH CHECK (true)`);
    const url = Object.assign(new URL(database.url), { username: user, password: 'secret' }).href;
    try {
      const store = await createAnyStore({ url }, ITEMS);
      for (const first of [0, COUNT])
        expect(counts(await store(rows(first, { code: 'taken' })))).toEqual(BUT_TWO);
    } finally {
      await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
    }
  });
});

interface Sound {
  /** After the table's own. */
  readonly setup: string;
  /** What two rows of each batch are refused for; absent where none is. */
  readonly bad?: Parameters<typeof item>[1];
  /** Done before the second batch. */
  readonly change?: string;
  /** What these two have in the second batch, to be taken; absent where they are refused again. */
  readonly after?: Parameters<typeof item>[1];
  /** Another row of the second batch. */
  readonly sound?: Parameters<typeof item>[1];
}

const FOREIGN_KEY =
  'ALTER TABLE items ADD CONSTRAINT known FOREIGN KEY (parent) REFERENCES parents;';
const ORPHAN = { parent: '77' };
const ON_STATEMENT = (does: string) => `
  CREATE FUNCTION prepare() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${does}; RETURN NULL; END $$;
  CREATE TRIGGER prepare BEFORE INSERT ON items EXECUTE FUNCTION prepare();`;

const SOUND: Readonly<Record<string, Sound>> = {
  'a unique index tells what the collation of its column does not': {
    setup: `CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      ALTER TABLE items ALTER code TYPE text COLLATE any_case; INSERT INTO items VALUES (-1, 'taken');
      CREATE UNIQUE INDEX one_code ON items (code COLLATE "C");`,
    bad: { code: 'taken' },
    sound: { code: 'TAKEN' },
  },
  'an expression of a unique index tells what the collation of its column does not': {
    setup: `CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      ALTER TABLE items ALTER code TYPE text COLLATE any_case; INSERT INTO items VALUES (-1, 'taken');
      CREATE UNIQUE INDEX one_code ON items ((code || '!') COLLATE "C");`,
    bad: { code: 'taken' },
    sound: { code: 'TAKEN' },
  },
  'rows with a rival that was locked once are refused beside it': {
    setup: UNIQUE,
    bad: { code: 'taken' },
    change: 'SELECT FROM items WHERE id = -1 FOR UPDATE',
  },
  'the triggers of a foreign key are switched off': {
    setup: FOREIGN_KEY,
    bad: ORPHAN,
    change: 'ALTER TABLE items DISABLE TRIGGER ALL',
    after: ORPHAN,
  },
  'a trigger before the statement makes the parents': {
    setup: `${FOREIGN_KEY} ${ON_STATEMENT("INSERT INTO parents VALUES (88, 'eu') ON CONFLICT DO NOTHING; DELETE FROM parents WHERE id = 77")}`,
    bad: ORPHAN,
    change:
      'DELETE FROM parents WHERE id = 88 AND NOT EXISTS (SELECT FROM items WHERE parent = 88)',
    sound: { parent: '88' },
  },
  'a trigger before the statement removes its rival': {
    setup: `${UNIQUE} ${ON_STATEMENT('DELETE FROM items WHERE id = -2')}`,
    bad: { code: 'taken' },
    change:
      "INSERT INTO items VALUES (-3, 'x'); ALTER TABLE items DISABLE TRIGGER prepare; INSERT INTO items VALUES (-2, 'leaves'); ALTER TABLE items ENABLE TRIGGER prepare",
    sound: { code: 'leaves' },
  },
  'a trigger before the statement removes its rival, and nothing else has changed since': {
    setup: `${UNIQUE} ${ON_STATEMENT('DELETE FROM items WHERE id = -2')}`,
    bad: { code: 'taken' },
    // No trigger of this session fires, and the rules are not read again for it.
    change:
      "BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO items VALUES (-2, 'leaves'); COMMIT",
    sound: { code: 'leaves' },
  },
};

/** What refuses all rows, and none for what is in it. */
const BROKEN: Readonly<Record<string, string>> = {
  'the constraint of the table of a trigger has the name of one of ours': `
    ALTER TABLE items ADD CONSTRAINT small CHECK ("Amount" < 100);
    CREATE TABLE log (id int CONSTRAINT small CHECK (id > 0));
    CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (0); RETURN NEW; END $$;
    CREATE TRIGGER log AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION log();`,
  'the foreign key of the table of a trigger has the name of one of ours': `
    ${FOREIGN_KEY} CREATE TABLE log (id int CONSTRAINT known REFERENCES parents);
    CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (77); RETURN NEW; END $$;
    CREATE TRIGGER log AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION log();`,
  'a trigger divides by zero beside a column of another type': `
    ALTER TABLE items ALTER day TYPE timestamp;
    CREATE FUNCTION divide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / (NEW.id - NEW.id); RETURN NEW; END $$;
    CREATE TRIGGER divide BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION divide();`,
};
