import { expect, onTestFinished, test, vi } from 'vitest';
import { createCredentials } from '../../src/postgres/connection/credentials.ts';
import { createDatabase as createPool } from '../../src/postgres/connection/pool.ts';
import { type DatabaseSettings, readDatabase } from '../../src/settings/database.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createDatabase } from '../support/database.ts';
import { eventOf, notification, recordOf } from '../support/event.ts';
import { createSink } from '../support/sink.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const NOW =
  "SELECT pid, state FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink' AND datname = current_database()";

async function createTestPool(
  overrides: Partial<
    Pick<
      DatabaseSettings,
      'statementTimeoutMs' | 'poolSize' | 'connectTimeoutMs' | 'synchronousCommit'
    >
  > = {},
  urlOf: (url: string) => string | Promise<string> = (url) => url,
) {
  const database = await createDatabase();
  const { source } = readSettings({ DATABASE_URL: await urlOf(database.url) }, readDatabase);
  const credentials = createCredentials(source, () => {
    throw new Error('no secret is configured');
  });
  const pool = createPool(
    {
      source,
      poolSize: 1,
      connectTimeoutMs: 3000,
      statementTimeoutMs: 10_000,
      ssl: false,
      ...overrides,
    },
    credentials,
  );
  onTestFinished(() => pool.end());
  const run = (sql: string, ms = 20_000) => {
    const deadline = startDeadline(ms);
    return pool
      .run(deadline, async (client) => (await client.query(sql)).rows)
      .finally(() => deadline.clear());
  };
  return { database, run };
}

test('replaces a connection that died in its sleep, and the batch does not notice', async () => {
  const { database, run } = await createTestPool();
  const [before] = await run('SELECT pg_backend_pid() AS pid');
  await database.query('SELECT pg_terminate_backend($1)', [before.pid]);
  // As after a frozen Lambda environment: far more time has passed than the pool has noticed.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_000);
  onTestFinished(() => clock.mockRestore());
  const [after] = await run('SELECT pg_backend_pid() AS pid');
  expect(after.pid).not.toBe(before.pid);
});

test('the server itself looks whether its client is still there, for a COPY waits for it without a timeout (P7)', async () => {
  const { run } = await createTestPool();
  const [idle] = await run('SHOW tcp_keepalives_idle');
  const [interval] = await run('SHOW tcp_keepalives_interval');
  const [count] = await run('SHOW tcp_keepalives_count');
  expect({ ...idle, ...interval, ...count }).toEqual({
    tcp_keepalives_idle: '15',
    tcp_keepalives_interval: '5',
    tcp_keepalives_count: '3',
  });
});

test('a commit waits for what the settings say, and else for what the server says', async () => {
  for (const [synchronousCommit, expected] of [
    ['remote_apply', 'remote_apply'],
    [undefined, 'local'],
  ] as const) {
    const { database, run } = await createTestPool({ synchronousCommit });
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET synchronous_commit = local`);
    expect(await run('SHOW synchronous_commit')).toEqual([{ synchronous_commit: expected }]);
  }
});

test('a connection that the server closes while it is idle neither ends the process nor costs a retry', async () => {
  const sink = await createSink({ RETRY_MAX_ATTEMPTS: '0', DATABASE_POOL_SIZE: '1' });
  await sink.handle(eventOf([recordOf(1, notification(1))]));
  await sink.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink' AND datname = current_database()",
  );
  await vi.waitFor(async () => expect(await sink.database.query(NOW)).toEqual([]), 5000);
  expect(await sink.handle(eventOf([recordOf(2, notification(2))]))).toEqual({
    batchItemFailures: [],
  });
});

test('the server itself ends a statement that overruns its timeout', async () => {
  const { run } = await createTestPool({ statementTimeoutMs: 100 });
  await expect(run('SELECT pg_sleep(60)')).rejects.toMatchObject({
    name: 'StoreError',
    fault: 'timeout',
    code: '57014',
  });
});

test('a connection that the network has lost fails soon after the statement timeout, not at the deadline', async () => {
  const proxy = Promise.withResolvers<TcpProxy>();
  const { run } = await createTestPool({ statementTimeoutMs: 200 }, async (text) => {
    const url = new URL(text);
    const started = await startTcpProxy(Number(url.port));
    onTestFinished(() => started.stop());
    proxy.resolve(started);
    url.port = String(started.port);
    return url.href;
  });
  const { swallow, resume } = await proxy.promise;
  await run('SELECT 1');
  const lost = swallow('answer');
  const answer = run(`SELECT '${'x'.repeat(5000)}'`);
  await expect(answer).rejects.toMatchObject({
    name: 'StoreError',
    fault: 'transient',
    code: null,
  });
  await lost;
  resume();
  expect(await run('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a statement is given no more time than is left, and nothing of it stays on the server', async () => {
  const { database, run } = await createTestPool();
  const start = performance.now();
  await expect(run('SELECT pg_sleep(60)', 300)).rejects.toMatchObject({
    name: expect.stringMatching(/DeadlineError|StoreError/),
  });
  expect(performance.now() - start).toBeLessThan(30_000);
  await vi.waitFor(
    async () =>
      expect(await database.query(NOW)).not.toContainEqual(
        expect.objectContaining({ state: 'active' }),
      ),
    5000,
  );
});

test('who finds all connections taken waits for its turn, but not beyond its deadline', async () => {
  const { run } = await createTestPool({ connectTimeoutMs: 100 });
  const long = run('SELECT pg_sleep(1)');
  const [late, next, last] = [
    run('SELECT 1', 300),
    run('SELECT 2 AS two'),
    run('SELECT 3 AS three'),
  ];
  await expect(late).rejects.toMatchObject({ name: 'DeadlineError' });
  expect(await Promise.all([next, last])).toEqual([[{ two: 2 }], [{ three: 3 }]]);
  await long;
});

test('a connection whose statement was refused for the record is used again, any other is not', async () => {
  const { run } = await createTestPool();
  const pid = async () => (await run('SELECT pg_backend_pid() AS pid'))[0].pid;
  const first = await pid();
  await expect(run("SELECT 'x'::uuid")).rejects.toMatchObject({ fault: 'record' });
  expect(await pid()).toBe(first);
  await expect(run('SELECT * FROM nowhere')).rejects.toMatchObject({ fault: 'deployment' });
  expect(await pid()).not.toBe(first);
});
