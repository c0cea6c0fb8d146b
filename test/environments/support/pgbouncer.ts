import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startKeeper } from '../../../local/keep.ts';
import { freePort } from '../../../local/ports.ts';
import { unprivilegedUser } from '../../../local/postgres-binaries.ts';
import { untilReady } from '../../../local/ready.ts';

/** PgBouncer's command, which distributions install as a package; null where it is missing. */
export const PGBOUNCER = findPgBouncer();

function findPgBouncer(): string | null {
  const found = ['pgbouncer', '/usr/sbin/pgbouncer'].find(
    (command) => spawnSync(command, ['--version']).status === 0,
  );
  if (found) return found;
  const missing = 'There is no PgBouncer here (a package of the distribution: pgbouncer)';
  if (process.env.CI === 'true') throw new Error(`${missing}.`);
  console.warn(`${missing}: the tests behind a pooler are skipped.`);
  return null;
}

export interface PgBouncer {
  readonly pid: number;
  /** The same database and user, by way of the pooler. */
  through(url: string): string;
  /** Its own commands, such as `SHOW SERVERS`, by the user that `url` names. */
  show(command: string): Promise<Record<string, string>[]>;
  stop(): Promise<void>;
}

/**
 * Starts PgBouncer before a PostgreSQL server.
 *
 * @param options.url of a database; its user may look into the pooler, too
 * @param options.mode its `pool_mode`
 * @param options.servers connections to the server, for each database and user
 * @param options.clients `max_client_conn`
 */
export async function startPgBouncer(options: {
  url: string;
  mode: 'session' | 'transaction' | 'statement';
  servers: number;
  clients?: number;
  port?: number;
}): Promise<PgBouncer> {
  const { mode, servers, clients = 100, port = await freePort() } = options;
  const { hostname, port: target, username, password } = new URL(options.url);
  const user = unprivilegedUser();
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-pgbouncer-'));
  const own = (name: string, text: string) => {
    const file = join(keeper.folder, name);
    writeFileSync(file, text);
    if (user) chownSync(file, user.uid, user.gid);
    chmodSync(file, 0o600);
    return file;
  };
  try {
    if (user) chownSync(keeper.folder, user.uid, user.gid);
    const users = own('users', `"${username}" "${password}"\n`);
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'scram-sha-256',
      auth_file: users,
      stats_users: username,
      pool_mode: mode,
      default_pool_size: servers,
      max_client_conn: clients,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const file = own(
      'pgbouncer.ini',
      `[databases]\n* = host=${hostname} port=${target}\n[pgbouncer]\n${lines.join('\n')}\n`,
    );
    const log = join(keeper.folder, 'log');
    const command = { command: PGBOUNCER ?? 'pgbouncer', args: [file], cwd: keeper.folder };
    const server = await keeper.run({
      ...command,
      env: { PATH: process.env.PATH },
      log,
      stopSignal: 'SIGQUIT',
      ...(user && { user }),
    });
    const through = (text: string) => {
      const url = new URL(text);
      url.hostname = '127.0.0.1';
      url.port = String(port);
      return url.href;
    };
    const show = async (command: string) => {
      const console = new URL(through(options.url));
      console.pathname = '/pgbouncer';
      const client = new pg.Client({ connectionString: console.href });
      client.on('error', () => {});
      try {
        await client.connect();
        return (await client.query(command)).rows;
      } finally {
        await client.end();
      }
    };
    const probe = async () => void (await show('SHOW VERSION'));
    await untilReady({ what: 'PgBouncer', server, log, probe, timeoutMs: 10_000 });
    return { pid: server.pid, through, show, stop: keeper.stop };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}
