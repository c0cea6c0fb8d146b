import pg from 'pg';
import { StoreError } from '../../record/errors.ts';
import { toConnectionError } from './sqlstate.ts';

/** What statements are sent over. */
export type Connection = Pick<pg.ClientBase, 'query'>;

/** A connection, as the sink uses it. */
export interface Session {
  /** Whether a pooler stands before PostgreSQL. */
  readonly pooled: boolean;
  /**
   * Does work in whose course PostgreSQL ends each statement that takes longer than `ms` milliseconds.
   *
   * @throws {StoreError} when PostgreSQL refuses to begin
   * @throws whatever `work` throws
   */
  run<T>(ms: number, work: (connection: Connection) => Promise<T>): Promise<T>;
}

/**
 * No statement timeout ends a COPY that waits for the rest of its rows. When the network has lost the connection, the
 * server finds out by itself within half a minute, not after the system's two hours, and lets go of the rows.
 * https://www.postgresql.org/docs/current/runtime-config-connection.html#RUNTIME-CONFIG-TCP-SETTINGS
 */
const KEEPALIVE: readonly string[] = [
  'tcp_keepalives_idle = 15',
  'tcp_keepalives_interval = 5',
  'tcp_keepalives_count = 3',
];

/** @param settings such as `statement_timeout = 10` */
const set = (how: 'SET' | 'SET LOCAL', settings: readonly string[]): string =>
  settings.map((one) => `${how} ${one}`).join('; ');

/**
 * Whether a connection leads to PostgreSQL itself, and not to a pooler, such as PgBouncer or RDS Proxy. A pooler cannot tell
 * its client the process of the server, as the next transaction may run in another: it makes a number up.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP (BackendKeyData)
 *
 * @throws whatever `pg` throws
 */
export async function isDirect(client: pg.ClientBase): Promise<boolean> {
  return (await pidOf(client)) === (client as { processID?: number }).processID;
}

/** The process of the server that answers now. */
export async function pidOf(client: pg.ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

/**
 * Makes a session of a connection.
 *
 * @param synchronousCommit what a commit waits for; undefined for what the server says
 * @throws {StoreError} when it breaks
 */
export async function openSession(
  client: pg.ClientBase,
  synchronousCommit?: string,
): Promise<Session> {
  const direct = await isDirect(client).catch((error) => {
    throw toConnectionError(error);
  });
  const commits = synchronousCommit ? [`synchronous_commit = ${synchronousCommit}`] : [];
  return direct ? sessionOf(client, commits) : pooledSessionOf(client, commits);
}

/** What is set and prepared stays with the connection: a batch costs no statement but its own. */
function sessionOf(client: pg.ClientBase, commits: readonly string[]): Session {
  let limit: number | null = null;
  const run: Session['run'] = async (ms, work) => {
    if (limit !== ms) {
      const first = limit === null ? [...KEEPALIVE, ...commits] : [];
      await client.query(set('SET', [...first, `statement_timeout = ${ms}`])).catch((error) => {
        throw toConnectionError(error);
      });
      limit = ms;
    }
    return work(client);
  };
  return { pooled: false, run };
}

/**
 * Behind a pooler the connection of the server goes to other clients after each transaction, with all that was set and
 * prepared: another application would get our timeout, and another sink our statement, and with it its rows our table. So all
 * is set for the transaction alone, and nothing is prepared by name.
 *
 * The transaction also keeps a COPY that PostgreSQL refuses in order: until it is rolled back, rows that were sent meanwhile
 * come to nobody else.
 */
function pooledSessionOf(client: pg.ClientBase, commits: readonly string[]): Session {
  const connection = withoutNames(client);
  let mayBegin = false;
  const run: Session['run'] = async (ms, work) => {
    const limits = [`statement_timeout = ${ms}`, `idle_in_transaction_session_timeout = ${ms}`];
    await client.query(`BEGIN; ${set('SET LOCAL', [...limits, ...commits])}`).catch((error) => {
      throw mayBegin ? toConnectionError(error) : toBeginError(error);
    });
    mayBegin = true;
    try {
      const result = await work(connection);
      const { command } = await client.query('COMMIT');
      // What it answers after a statement that failed: nothing was stored.
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back.');
      return result;
    } catch (error) {
      // Whatever else it is, the pool closes the connection, and the pooler ends the transaction.
      if (error instanceof pg.DatabaseError) await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  };
  return { pooled: true, run };
}

/** protocol_violation: what a pooler answers in PostgreSQL's name. */
const PROTOCOL_VIOLATION = '08P01';

/** What the first transaction on a connection was refused for. */
export function toBeginError(error: unknown): StoreError {
  const known = toConnectionError(error);
  if (known.code !== PROTOCOL_VIOLATION) return known;
  const message =
    'The pooler before PostgreSQL refuses to begin a transaction (SQLSTATE 08P01). Set its pool_mode to transaction or session: the mode statement cannot store a batch whole or not at all.';
  return new StoreError('deployment', message, known.code, null);
}

/** Sends statements that have a name without it: one that is left behind would be another client's, or is it already. */
export function withoutNames(client: Connection): Connection {
  const query = (statement: unknown, values?: unknown) => {
    const unnamed =
      typeof statement === 'object' && statement !== null && 'name' in statement
        ? { ...statement, name: undefined }
        : statement;
    return client.query(unnamed as string, values as unknown[]);
  };
  return { query: query as Connection['query'] };
}
