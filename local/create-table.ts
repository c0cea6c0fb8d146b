import { migrate } from '../src/postgres/migrate.ts';

/**
 * Creates the table `notifications` by the migrations of the project.
 *
 * @param url of a database on this machine, as a user who may create tables
 */
export async function createTable(url: string): Promise<void> {
  const target = { ssl: false, connectTimeoutMs: 5000 } as const;
  await migrate(target, { connectionString: url }, () => {});
}
