import { type DatabaseSettings, readDatabase } from './database.ts';
import { type Env, readSettings } from './reader.ts';

/**
 * Reads and checks the settings of the migrations: the database's, nothing else.
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what it must be
 */
export function readMigrationSettings(env: Env): DatabaseSettings {
  return readSettings(env, (reader) => {
    const database = readDatabase(reader);
    if (database.table.at(-1) !== 'notifications')
      reader.problem(
        `DATABASE_TABLE=${JSON.stringify(env.DATABASE_TABLE)}: must be notifications, optionally behind a schema and a dot, as the migrations create that table; for another name write a migration of your own`,
      );
    return database;
  });
}
