import pg from 'pg';
import type { Options } from './options.ts';
import { type LocalPostgres, startPostgres } from './postgres.ts';

/**
 * Starts PostgreSQL, or takes the server that `DATABASE_URL` names, with a database for this run.
 *
 * @param run tells the database from those of other runs
 * @param cleanup is given what must be stopped or removed
 * @returns the database's URL, and the server where it was started here
 * @throws Error of one line where the named server cannot be used
 */
export async function startDatabase(
  { postgresPort }: Options,
  run: number,
  cleanup: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<{ url: string; server: LocalPostgres | null }> {
  const named = process.env.DATABASE_URL;
  if (!named) {
    const server = await startPostgres({
      onProgress: say,
      ...(postgresPort ? { port: postgresPort } : {}),
    });
    cleanup.defer(() => server.stop());
    return { url: server.url, server };
  }
  const name = `kafka_pg_sink_start_${run}`;
  say(`PostgreSQL: the server of DATABASE_URL, database ${name}`);
  await query(named, `CREATE DATABASE ${name}`).catch((error: NodeJS.ErrnoException) => {
    const remedy =
      error.code === '42501'
        ? 'give its user the right to create databases'
        : 'check DATABASE_URL and that the server runs';
    throw new Error(
      `PostgreSQL cannot be used (${error.code ?? error.name}): ${remedy}, or unset it.`,
    );
  });
  cleanup.defer(() => query(named, `DROP DATABASE IF EXISTS ${name}`));
  const url = new URL(named);
  url.pathname = name;
  return { url: url.href, server: null };
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query(text).finally(() => client.end());
}
