import { type DatabaseSettings, readDatabase } from './database.ts';
import { type Env, readSettings } from './reader.ts';

/**
 * Reads and checks the settings of the migrations: the database's, nothing else.
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what it must be
 */
export function readMigrationSettings(env: Env): DatabaseSettings {
  return readSettings(env, readDatabase);
}
