import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { codeOf, type SinkError } from '../record/errors.ts';
import type { DatabaseSettings } from '../settings/database.ts';
import type { Migrations } from '../settings/migration.ts';
import type { Login } from './connection/login.ts';
import { ProvenClient } from './connection/proven-client.ts';
import { toBeginError } from './connection/session.ts';
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
  const client = new ProvenClient({
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
    const migrations = await begin(client)
      .then(() =>
        runner({
          dbClient: client,
          dir: directory,
          direction: 'up',
          migrationsSchema: SCHEMA,
          migrationsTable: history,
          singleTransaction: true,
          noLock: true,
          log: () => {},
        }),
      )
      .catch((error) => {
        throw toMigrationError(error, directory);
      });
    await client.query('COMMIT');
    for (const { name } of migrations) log(`migrated: ${name}`);
    return migrations.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

const SCHEMA = 'public';

/** That of node-pg-migrate, so that its own command waits for this one too. */
const LOCK = 7_241_865_325_823_964n;

/**
 * Begins the transaction that node-pg-migrate commits, and waits for whoever is migrating. Lock and search path end with it:
 * for the session, as node-pg-migrate sets them, a pooler would leave them to the next client.
 */
async function begin(client: pg.Client): Promise<void> {
  await client.query('BEGIN').catch((error) => {
    throw toBeginError(error);
  });
  await client.query(`SET LOCAL search_path TO ${SCHEMA}; SELECT pg_advisory_xact_lock(${LOCK})`);
  const [found] = (await client.query(`SELECT to_regnamespace('${SCHEMA}') AS schema`)).rows;
  // The owner of a schema may lack the right to create one, which even IF NOT EXISTS asks for.
  if (found.schema === null) await client.query(`CREATE SCHEMA ${SCHEMA}`);
}

/** A migration is its author's own SQL and holds no record, so what PostgreSQL says of it is shown. */
function toMigrationError(error: unknown, directory: string): SinkError {
  const isAbout = error instanceof pg.DatabaseError || codeOf(error) === 'Error';
  if (!isAbout) return toStoreError(error);
  const { message, code } = error as { message: string; code?: string };
  const sqlstate = code === undefined ? '' : ` (SQLSTATE ${code})`;
  const remedy = REMEDIES[code ?? ''] ?? 'Correct them, and run migrate again.';
  return new AuthoringError(
    `The migrations of ${directory} cannot be run, and none was: ${message}${sqlstate}. ${remedy}`,
  );
}

const REMEDIES: Readonly<Record<string, string>> = {
  '42501':
    'Run migrate as the owner of the schema and the tables, or grant its user what PostgreSQL names.',
  '42P07':
    'Something else has made it before: write CREATE TABLE IF NOT EXISTS, or leave migrate out and let kafka-pg-sink doctor say whether it fits.',
};
