import { describe, expect, onTestFinished, test } from 'vitest';
import { COUNT, DDL, ITEMS, item, RAISE } from '../postgres/support/refusals.ts';
import { createAnyStore } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { PGBOUNCER, startPgBouncer } from './support/pgbouncer.ts';

describe.skipIf(PGBOUNCER === null)('behind PgBouncer', () => {
  test.each(['transaction', 'session'] as const)(
    'in %s mode, rows that a trigger refuses are rejected beside rows that are there already, and a closed table rejects none (P3, P4)',
    async (mode) => {
      const database = await createDatabase();
      const pooler = await startPgBouncer({ url: database.url, mode, servers: 4 });
      onTestFinished(() => pooler.stop());
      const url = pooler.through(database.url);
      await database.query(`${DDL} ${RAISE('NEW.code IS NULL', "RAISE 'no code'")}`);
      const rows = Array.from({ length: COUNT }, (_, id) =>
        item(id, id % 100 ? {} : { code: null }),
      );
      for (let process = 0; process < 2; process += 1) {
        const store = await createAnyStore({ url }, ITEMS);
        const { stored, rejected, failed } = await store(rows);
        expect([stored.length, rejected.length, failed]).toEqual([COUNT - 20, 20, []]);
      }
      const store = await createAnyStore({ url }, ITEMS);
      await store(rows);
      await database.query('CREATE RULE no_update AS ON UPDATE TO items DO INSTEAD NOTHING');
      const { stored, rejected, failed } = await store([item(COUNT)]);
      expect([stored, rejected, failed.length]).toEqual([[], [], 1]);
    },
  );
});
