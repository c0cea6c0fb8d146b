import { createCredentials } from '../postgres/connection/credentials.ts';
import { migrate } from '../postgres/migrate.ts';
import { readMigrationSettings } from '../settings/migration.ts';
import type { RunCommand } from './command.ts';
import { readOptions } from './options.ts';

const HELP = `kafka-pg-sink migrate

Creates the table, or brings it up to date. It can be run again, and from several places at once.

Environment: the DATABASE_* settings, see docs/settings.md. The user must be allowed to create the table, and will own it.

Exit code: 0 when the schema is up to date, 1 when something fails, 2 for a wrong command line.`;

/** `kafka-pg-sink migrate`: brings the schema of the configured database up to date. */
export const run: RunCommand = async (args) => {
  const { help } = readOptions('migrate', args, { help: { type: 'boolean' } });
  if (help) {
    console.log(HELP);
    return 0;
  }
  const config = readMigrationSettings(process.env);
  const credentials = createCredentials(config.source);
  const names = await migrate(config, await credentials.current(), console.log);
  if (names.length === 0) console.log('nothing to migrate, the schema is up to date');
  return 0;
};
