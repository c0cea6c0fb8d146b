import pg from 'pg';
import type { Options } from './options.ts';
import { startPostgres } from './postgres.ts';

/**
 * Starts PostgreSQL, or takes the server that `DATABASE_URL` names, with a schema for this run.
 *
 * @param run tells the schema from those of other runs
 * @param cleanup is given what must be stopped or removed
 * @throws Error of one line where the named server cannot be used
 */
export async function startDatabase(
  { postgresPort }: Options,
  run: number,
  cleanup: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<{ url: string; schema: string; table: string }> {
  const named = process.env.DATABASE_URL;
  if (!named) {
    const server = await startPostgres({
      onProgress: say,
      ...(postgresPort ? { port: postgresPort } : {}),
    });
    cleanup.defer(() => server.stop());
    return { url: server.url, schema: 'public', table: 'notifications' };
  }
  const schema = `kafka_pg_sink_start_${run}`;
  say(`PostgreSQL: the server of DATABASE_URL, schema ${schema}`);
  await query(named, 'SELECT 1').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `PostgreSQL cannot be used (${error.code ?? error.name}): check DATABASE_URL and that the server runs, or unset it.`,
    );
  });
  cleanup.defer(() => query(named, `DROP SCHEMA IF EXISTS ${schema} CASCADE`));
  return { url: named, schema, table: `${schema}.notifications` };
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query(text).finally(() => client.end());
}
