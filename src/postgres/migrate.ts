import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { DatabaseSettings } from '../settings/database.ts';
import type { Login } from './connection/login.ts';
import { toStoreError } from './connection/sqlstate.ts';

const DIRECTORY = fileURLToPath(new URL('../../infra/migrations', import.meta.url));

/**
 * Brings the schema up to date: runs the migrations that were not run yet, in one transaction. Can be run again, and
 * from several places at once: the others wait for the first.
 *
 * @param login who owns the table
 * @param log is given a line for each step
 * @returns the names of the migrations that were run
 * @throws {StoreError} when PostgreSQL cannot be reached or refuses one; then none was run
 */
export async function migrate(
  config: Pick<DatabaseSettings, 'ssl' | 'connectTimeoutMs'>,
  login: Login,
  log: (line: string) => void,
): Promise<string[]> {
  const client = new pg.Client({
    ...login,
    ssl: config.ssl && { ...config.ssl },
    connectionTimeoutMillis: config.connectTimeoutMs,
    application_name: 'kafka-pg-sink-migrate',
  });
  // A connection that breaks rejects the statement under way; the event would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const migrations = await runner({
      dbClient: client,
      dir: DIRECTORY,
      direction: 'up',
      schema: 'public',
      createSchema: true,
      migrationsTable: 'kafka_pg_sink_migrations',
      advisoryLockMode: 'wait',
      log: () => {},
    });
    for (const { name } of migrations) log(`migrated: ${name}`);
    return migrations.map(({ name }) => name);
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await client.end();
  }
}
