import pg from 'pg';
import { quoteName } from '../src/postgres/identifiers.ts';
import { SINK } from './notifications.ts';

/** Connections of every contender. */
export const CONNECTIONS = 2;

/**
 * Runs a benchmark on connections of its own.
 *
 * @param work gets them, and what empties the table
 */
export async function withClients<T>(
  url: string,
  work: (clients: readonly pg.PoolClient[], truncate: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  try {
    return await work(clients, async () => {
      await clients[0]?.query(`TRUNCATE ${quoteName(SINK.table.name)}`);
    });
  } finally {
    for (const client of clients) client.release();
    await pool.end();
  }
}
