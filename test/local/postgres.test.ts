import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../local/ports.ts';
import { startPostgres } from '../../local/postgres.ts';
import { executableBy, findBinaries, unprivilegedUser } from '../../local/postgres-binaries.ts';
import { ownTmpdir, rejection, runs, temporaryFolder } from './helpers.ts';

const user = unprivilegedUser();

test('PostgreSQL 18 starts and answers, and after stop() neither process nor folder is left', async () => {
  const tmp = ownTmpdir();
  const progress: string[] = [];
  const postgres = await startPostgres({ onProgress: (line) => progress.push(line) });
  const { pid, port, url } = postgres;
  try {
    const [row] = await query(
      url,
      `select current_setting('server_version_num')::int / 10000 as version, current_user as user,
         pg_encoding_to_char(encoding) as encoding, datcollate as collation,
         current_setting('fsync') as fsync, current_setting('password_encryption') as password
       from pg_database where datname = current_database()`,
    );
    expect(row).toEqual({
      version: 18,
      user: 'postgres',
      encoding: 'UTF8',
      collation: 'C',
      fsync: 'on',
      password: 'scram-sha-256',
    });
    const guess = new URL(url);
    guess.password = 'guess';
    expect(await rejection(query(guess.href, 'select 1'))).toMatchObject({ code: '28P01' });
    expect(progress.at(-1)).toBe(`PostgreSQL 18: starting on 127.0.0.1:${port}`);
    expect(runs(pid)).toBe(true);
    expect(readdirSync(tmp)).toHaveLength(1);
  } finally {
    await postgres.stop();
  }
  expect(runs(pid)).toBe(false);
  expect(readdirSync(tmp)).toEqual([]);
  await postgres.stop();
}, 30_000);

test('a PostgreSQL killed with SIGKILL while clients are connected keeps committed rows', async () => {
  const postgres = await startPostgres({ settings: { max_connections: '40' } });
  onTestFinished(postgres.stop);
  await query(postgres.url, 'create table kept as select generate_series(1, 1000) as n');
  const busy = await Promise.all(Array.from({ length: 10 }, () => connect(postgres.url)));
  const outcomes = busy.map((client) => rejection(client.query('select pg_sleep(60)')));
  const { pid } = postgres;

  postgres.kill('SIGKILL');
  await postgres.restart();

  expect(postgres.pid).not.toBe(pid);
  expect(await query(postgres.url, 'select count(*)::int as rows from kept')).toEqual([
    { rows: 1000 },
  ]);
  expect(await query(postgres.url, 'show max_connections')).toEqual([{ max_connections: '40' }]);
  expect(await Promise.all(outcomes)).toHaveLength(10);
}, 30_000);

test('a taken port gives one clear line, and nothing is left', async () => {
  const tmp = ownTmpdir();
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { message } = await rejection(startPostgres({ port }));
  expect(message).toMatch(/^Port \d+ on 127\.0\.0\.1 is taken, so PostgreSQL cannot start: .*$/);
  expect(readdirSync(tmp)).toEqual([]);
});

test('a setting that PostgreSQL refuses fails at once in its own words, and nothing is left', async () => {
  const tmp = ownTmpdir();
  const { message } = await rejection(startPostgres({ settings: { work_mem: 'plenty' } }));
  expect(message).toMatch(
    /^PostgreSQL ended while starting \(exit code 1\): .*work_mem.*plenty.*$/,
  );
  expect(readdirSync(tmp)).toEqual([]);
}, 30_000);

test.runIf(user)(
  'programs in a folder that only root can enter are copied for nobody',
  async () => {
    const installed = await findBinaries();
    const native = dirname(dirname(installed.postgres));
    const locked = join(temporaryFolder(), 'locked');
    mkdirSync(locked);
    cpSync(native, join(locked, 'native'), { recursive: true, verbatimSymlinks: true });
    chmodSync(locked, 0o700);
    const inside = (path: string) => join(locked, 'native', relative(native, path));
    const target = temporaryFolder();

    const nobody = user as NonNullable<typeof user>;
    const copied = executableBy(
      nobody,
      { initdb: inside(installed.initdb), postgres: inside(installed.postgres) },
      target,
    );

    expect(copied.postgres).toBe(join(target, 'native/bin/postgres'));
    for (const program of [copied.initdb, copied.postgres]) {
      const version = execFileSync(program, ['--version'], { ...nobody, cwd: target });
      expect(version.toString()).toContain('(PostgreSQL) 18.');
    }
  },
);

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => {}); // the server is going to be killed
  await client.connect();
  return client;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = await connect(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
