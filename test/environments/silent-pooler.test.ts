import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../local/ports.ts';
import { diagnose, finding } from '../doctor/support/diagnose.ts';
import { makeSamples } from '../faults/support/records.ts';
import { runScenario } from '../faults/support/scenario.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { NOTIFICATIONS, row } from '../support/rows.ts';
import { PGBOUNCER, type PgBouncer, startPgBouncer } from './support/pgbouncer.ts';

const FROZEN_MS = 6000;
const COUNT = 2000;

const examine = (DATABASE_URL: string) =>
  diagnose({
    ...{ DATABASE_URL, DATABASE_CONNECT_TIMEOUT_MS: '500' },
    DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/1/none',
  });

const rows = () =>
  rowsOf(
    NOTIFICATIONS,
    Array.from({ length: COUNT }, (_, n) => row(n)),
  );

describe.skipIf(PGBOUNCER === null)('PgBouncer', () => {
  test.each(['transaction', 'session'] as const)(
    'is frozen for a while in %s mode: doctor says that it is silent, and all records arrive when it goes on',
    async (mode) => {
      const port = await freePort();
      let pooler: PgBouncer | undefined;
      await runScenario({
        samples: makeSamples(4000),
        env: ({ url }) => ({ DATABASE_URL: url(port) }),
        prepare: async ({ url, postgres }) => {
          pooler = await startPgBouncer({ url: url(postgres.port), mode, port, servers: 3 });
          onTestFinished(() => pooler?.stop());
        },
        fault: async ({ url }) => {
          const pid = pooler?.pid ?? 0;
          kill(pid, 'SIGSTOP');
          try {
            const [diagnosis] = await Promise.all([examine(url(port)), sleep(FROZEN_MS)]);
            expect(diagnosis.of('database login')).toMatchObject([
              finding('failed', /did not finish the login in time/, /pooler before it, is frozen/),
            ]);
          } finally {
            kill(pid, 'SIGCONT');
          }
        },
      });
    },
  );

  test('takes no more clients: doctor names the limit, and records wait until one is gone', async () => {
    const database = await createDatabase();
    const pooler = await startPgBouncer({
      ...{ url: database.url, mode: 'transaction', servers: 2, clients: 2 },
    });
    onTestFinished(() => pooler.stop());
    const url = pooler.through(database.url);
    const others = [1, 2].map(() => new pg.Client({ connectionString: url }));
    await Promise.all(others.map((client) => client.connect()));
    const leave = () => Promise.all(others.splice(0).map((client) => client.end()));
    onTestFinished(async () => void (await leave()));
    const store = createStoreOf({ url }, { RETRY_MAX_ATTEMPTS: '0' });
    const { failed, rejected } = await store(rows());
    expect([failed.length, rejected]).toEqual([COUNT, []]);
    expect(failed[0]?.cause).toMatchObject({ fault: 'transient', code: '08P01' });
    expect((await examine(url)).of('database login')).toMatchObject([
      finding('failed', /pooler before PostgreSQL refuses the login/, /max_client_conn/),
    ]);
    await leave();
    await expect.poll(async () => (await store(rows())).stored.length).toBe(COUNT);
    expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
      { count: COUNT },
    ]);
  });

  test('refuses options of a URL: doctor names them, and no record is rejected', async () => {
    const database = await createDatabase();
    const pooler = await startPgBouncer({ url: database.url, mode: 'transaction', servers: 2 });
    onTestFinished(() => pooler.stop());
    const url = `${pooler.through(database.url)}?options=-c%20geqo%3Doff`;
    expect((await examine(url)).of('database login')).toMatchObject([
      finding('failed', /refuses the login \(08P01\)/, /ignore_startup_parameters = options/),
    ]);
    const { failed, rejected } = await createStoreOf({ url }, { RETRY_MAX_ATTEMPTS: '0' })(rows());
    expect([failed.length, rejected]).toEqual([COUNT, []]);
  });
});
