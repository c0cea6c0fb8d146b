import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { codeOf, type SinkError } from '../record/errors.ts';
import type { DatabaseSettings } from '../settings/database.ts';
import type { Migrations } from '../settings/migration.ts';
import type { Login } from './connection/login.ts';
import { toStoreError } from './connection/sqlstate.ts';

/**
 * Brings the schema up to date: runs the migrations that were not run yet, in one transaction. Can be run again, and
 * from several places at once: the others wait for the first.
 *
 * @param login who owns the tables
 * @param log is given a line for each step
 * @returns the names of the migrations that were run
 * @throws {StoreError} when PostgreSQL cannot be reached
 * @throws {AuthoringError} when a migration is wrong; then none was run
 */
export async function migrate(
  config: Pick<DatabaseSettings, 'ssl' | 'connectTimeoutMs'>,
  login: Login,
  { directory, history }: Migrations,
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
    await client.connect().catch((error) => {
      throw toStoreError(error);
    });
    const migrations = await runner({
      dbClient: client,
      dir: directory,
      direction: 'up',
      schema: 'public',
      createSchema: true,
      migrationsTable: history,
      singleTransaction: true,
      advisoryLockMode: 'wait',
      log: () => {},
    }).catch((error) => {
      throw toMigrationError(error, directory);
    });
    for (const { name } of migrations) log(`migrated: ${name}`);
    return migrations.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** A migration is its author's own SQL and holds no record, so what PostgreSQL says of it is shown. */
function toMigrationError(error: unknown, directory: string): SinkError {
  const isAbout = error instanceof pg.DatabaseError || codeOf(error) === 'Error';
  if (!isAbout) return toStoreError(error);
  const { message, code } = error as { message: string; code?: string };
  const sqlstate = code === undefined ? '' : ` (SQLSTATE ${code})`;
  return new AuthoringError(
    `The migrations of ${directory} cannot be run, and none was: ${message}${sqlstate}. Correct them, and run migrate again.`,
  );
}
