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

const UNIQUE =
  "INSERT INTO items VALUES (-1, 'taken'); ALTER TABLE items ADD CONSTRAINT one_code UNIQUE (code);";

onEachVersion(() => {
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
});
