import { readdir } from 'node:fs/promises';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { codeOf } from '../record/errors.ts';
import { MIGRATIONS } from '../settings/migration.ts';
import { type RunCommand, UsageError } from './command.ts';
import { proveLogin } from './database.ts';
import { readOptions } from './options.ts';

type Migrate = typeof import('../postgres/migrate.ts').migrate;

const HELP = `kafka-pg-sink migrate [options]

Runs the migrations of a project that were not run yet, in the order of their names, in one transaction. It can be run
again, and from several places at once. A migration is a file of SQL, such as 0001_create-orders.sql, in the form of
node-pg-migrate: "-- Up Migration" stands above the SQL that is run, "-- Down Migration" above the SQL that undoes it.

  --migrations DIR  the folder that holds them (default: ${MIGRATIONS.directory})
  --history TABLE   the table that says which were run, in the schema public; two projects in one database need two
                    (default: ${MIGRATIONS.history})
  --help            this text

It needs the package node-pg-migrate, which is installed separately: npm install node-pg-migrate

Environment: the DATABASE_* settings, see docs/settings.md, and those of the AWS SDK where a secret or IAM is to log in. The
user must be allowed to do what the migrations do, and will own what they create. For RDS and Aurora, DATABASE_CA_FILE
names the file with Amazon's authorities: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem

Exit code: 0 when the schema is up to date, 1 when something fails, 2 for a wrong command line.`;

/** `kafka-pg-sink migrate`: brings the schema of the configured database up to date. */
export const run: RunCommand = async (args) => {
  const values = readOptions('migrate', args, {
    migrations: { type: 'string' },
    history: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { migrations: directory = MIGRATIONS.directory, history = MIGRATIONS.history } = values;
  if (!HISTORY_NAME.test(history))
    throw new UsageError(
      '--history must be the name of a table: up to 63 letters, digits and underscores, no digit first.',
    );
  await requireMigrations(directory);
  const migrate = await load();
  if (migrate === null) {
    console.error('migrate needs a package that is not here: npm install node-pg-migrate');
    return 1;
  }
  const { config, login } = await proveLogin(process.env);
  const names = await migrate(config, login, { directory, history }, console.log);
  if (names.length === 0) console.log('nothing to migrate, the schema is up to date');
  return 0;
};

/** What node-pg-migrate writes into its statements as it is. */
const HISTORY_NAME = /^[A-Za-z_]\w{0,62}$/;

async function requireMigrations(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error) => {
    throw new AuthoringError(
      `The folder ${directory} cannot be read (${codeOf(error)}): run migrate where the project is, or name the folder of its migrations with --migrations.`,
    );
  });
  if (!names.some((name) => name.endsWith('.sql')))
    throw new AuthoringError(
      `The folder ${directory} holds no migration, which must be a file that ends in .sql: npx kafka-pg-sink ddl prints what creates the tables of the definitions.`,
    );
}

/** Null where node-pg-migrate is not installed: nothing else needs it. */
async function load(): Promise<Migrate | null> {
  try {
    return (await import('../postgres/migrate.ts')).migrate;
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
