import { fileURLToPath } from 'node:url';
import { migrate } from '../src/postgres/migrate.ts';
import { MIGRATIONS } from '../src/settings/migration.ts';

/** Found from every working directory. */
const OWN = {
  ...MIGRATIONS,
  directory: fileURLToPath(new URL(`../${MIGRATIONS.directory}`, import.meta.url)),
};

/**
 * Creates the table `notifications` by the migrations of the project.
 *
 * @param url of a database, as a user who may create tables
 * @param say is given a line for each migration
 */
export async function createTable(
  url: string,
  say: (line: string) => void = () => {},
): Promise<void> {
  const target = { ssl: false, connectTimeoutMs: 5000 } as const;
  await migrate(target, { connectionString: url }, OWN, say);
}
