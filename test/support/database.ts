import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { TEMPLATE } from './setup-database.ts';
import { until } from './until.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Runs a statement and returns its rows. */
  query<T extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<T[]>;
}

/** Where tests make their databases, when it is not the PostgreSQL that all files share. */
let ownServer: string | null = null;

/** Has the tests that follow in this file make their databases in another server; null for the shared one. */
export function useServer(url: string | null): void {
  ownServer = url;
}

/**
 * A database for the running test, with the schema in it. When the test is over it is dropped, which fails, and the test
 * with it, where somebody left a connection open.
 *
 * @param encoding of an empty database, without the schema
 */
export async function createDatabase(encoding?: string): Promise<TestDatabase> {
  const server = ownServer ?? inject('postgresUrl');
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const kind = encoding
    ? `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`
    : `TEMPLATE ${TEMPLATE}`;
  await admin.query(`CREATE DATABASE ${name} ${kind}`);
  const url = new URL(server);
  url.pathname = name;
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => {});
  onTestFinished(async () => {
    await pool.end();
    await waitUntilAlone(admin, name);
    await admin.query(`DROP DATABASE ${name}`);
    await admin.end();
  });
  return {
    url: url.href,
    pool,
    query: async (text, values) => (await pool.query(text, values)).rows,
  };
}

/** A backend needs a moment to end after its connection has closed. */
async function waitUntilAlone(admin: pg.Client, name: string): Promise<void> {
  let open: unknown[] = [];
  const alone = async () => {
    const { rows } = await admin.query(
      // DROP DATABASE ends an autovacuum by itself.
      "SELECT application_name, query FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [name],
    );
    open = rows;
    return rows.length === 0;
  };
  await until(alone, () => `the end of the connections ${JSON.stringify(open)}`, 5000);
}
