import { createCredentials } from '../postgres/connection/credentials.ts';
import { codeOf } from '../record/errors.ts';
import { readMigrationSettings } from '../settings/migration.ts';
import type { RunCommand } from './command.ts';
import { readOptions } from './options.ts';

type Migrate = typeof import('../postgres/migrate.ts').migrate;

const HELP = `kafka-pg-sink migrate

Creates the table notifications, into which the definition that ships stores, or brings it up to date. The
tables of other definitions are yours to create. It can be run again, and from several places at once.

It needs the package node-pg-migrate, which is installed separately: npm install node-pg-migrate

Environment: the DATABASE_* settings, see docs/settings.md. The user must be allowed to create the table, and will own it.

Exit code: 0 when the schema is up to date, 1 when something fails, 2 for a wrong command line.`;

/** `kafka-pg-sink migrate`: brings the schema of the configured database up to date. */
export const run: RunCommand = async (args) => {
  const { help } = readOptions('migrate', args, { help: { type: 'boolean' } });
  if (help) {
    console.log(HELP);
    return 0;
  }
  const migrate = await load();
  if (migrate === null) {
    console.error('migrate needs a package that is not here: npm install node-pg-migrate');
    return 1;
  }
  const config = readMigrationSettings(process.env);
  const credentials = createCredentials(config.source);
  const names = await migrate(config, await credentials.current(), console.log);
  if (names.length === 0) console.log('nothing to migrate, the schema is up to date');
  return 0;
};

/** Null where node-pg-migrate is not installed: nothing else needs it. */
async function load(): Promise<Migrate | null> {
  try {
    return (await import('../postgres/migrate.ts')).migrate;
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
