import pg from 'pg';
import { StoreError } from '../../record/errors.ts';
import type { DatabaseSettings } from '../../settings/database.ts';
import { type Deadline, DeadlineError } from '../../timing/deadline.ts';
import { createSemaphore } from '../../timing/semaphore.ts';
import type { Credentials, Login } from './login.ts';
import { ProvenClient } from './proven-client.ts';
import { type Connection, openSession, type Session } from './session.ts';
import { isOfData, isOfOneRow, toConnectionError, toStoreError } from './sqlstate.ts';

export interface Database {
  /**
   * Runs `work` on a pooled connection, at most until the deadline.
   *
   * @param written columns that its statements write, see {@link toStoreError}
   * @throws {StoreError} when the connection or a statement fails
   * @throws {DeadlineError} when the time runs out; the connection is destroyed, the statement ended by its timeout
   */
  run<T>(
    deadline: Deadline,
    work: (connection: Connection) => Promise<T>,
    written?: ReadonlySet<string>,
  ): Promise<T>;
  /** Closes all connections. */
  end(): Promise<void>;
}

/** A connection that slept longer may be dead without our knowing: the server, or a firewall, has closed it. */
const CHECK_AFTER_IDLE_MS = 1000;
const CHECK_TIMEOUT_MS = 1000;
const IDLE_TIMEOUT_MS = 60_000;
/**
 * In session mode, a pooler keeps a connection of the server for each client until it leaves, and others wait. To connect
 * again takes some milliseconds.
 */
const POOLED_TURN_MS = 1000;
/** What a statement ends with that overruns its timeout. */
const QUERY_CANCELED = '57014';
/** What a statement ends with that a privilege is missing for, which says nothing of the connection. */
const INSUFFICIENT_PRIVILEGE = '42501';
/** When not even the answer that the statement timed out arrives, the network has lost the connection. */
const ANSWER_GRACE_MS = 500;
const SOUND_CODES: ReadonlySet<string> = new Set([QUERY_CANCELED, INSUFFICIENT_PRIVILEGE]);

interface Generation {
  readonly login: Login;
  readonly pool: pg.Pool;
}

/**
 * One pool for the process, made at the first use and replaced when the credentials change. A pool that was replaced
 * finishes its statements before it closes.
 */
export function createDatabase(config: DatabaseSettings, credentials: Credentials): Database {
  // The pool's own queue counts the wait for another's statement as time for connecting.
  const inTurn = createSemaphore(config.poolSize);
  let generation: Promise<Generation> | undefined;
  const lastUsed = new WeakMap<pg.PoolClient, number>();
  const sessions = new WeakMap<pg.PoolClient, Session & { readonly openedAt: number }>();

  async function open(): Promise<Generation> {
    const login = await credentials.current();
    const pool = new pg.Pool({
      Client: ProvenClient,
      application_name: 'kafka-pg-sink',
      ...login,
      ssl: config.ssl && { ...config.ssl },
      max: config.poolSize,
      connectionTimeoutMillis: config.connectTimeoutMs,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      query_timeout: config.statementTimeoutMs + ANSWER_GRACE_MS,
      keepAlive: true,
    });
    // An idle connection that breaks is already out of the pool, and one that breaks while it is in use rejects
    // its query. Without a listener, either event would end the process.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    return { login, pool };
  }

  function currentGeneration(): Promise<Generation> {
    generation ??= open().catch((error) => {
      generation = undefined;
      throw error;
    });
    return generation;
  }

  /** Takes a connection that answers; one that died in its sleep is replaced at no cost to the caller. */
  async function checkout({ pool }: Generation, deadline: Deadline): Promise<pg.PoolClient> {
    for (;;) {
      const begun = performance.now();
      const pending = pool.connect().catch((error) => {
        throw performance.now() - begun >= config.connectTimeoutMs ? silent(error) : error;
      });
      const client = await deadline.race(pending).catch((error) => {
        // Nobody waits for it any longer, but it must not be lost to the pool.
        pending.then(
          (late) => late.release(),
          () => {},
        );
        throw error;
      });
      const usedAt = lastUsed.get(client);
      if (usedAt === undefined || performance.now() - usedAt < CHECK_AFTER_IDLE_MS) return client;
      try {
        await deadline.race(
          client.query({ text: 'SELECT 1', query_timeout: CHECK_TIMEOUT_MS } as pg.QueryConfig),
        );
        return client;
      } catch (error) {
        client.release(true);
        if (error instanceof DeadlineError) throw error;
      }
    }
  }

  /** Something took the connection, or does not even refuse it: a full or frozen server, pooler or network. */
  function silent(error: unknown): StoreError {
    const { code, fault } = toConnectionError(error);
    const message = `PostgreSQL, or what stands before it, did not answer the login within ${config.connectTimeoutMs} ms: it is frozen, busy, or not to be reached from here.`;
    return new StoreError(fault, message, code, null);
  }

  async function sessionOf(client: pg.PoolClient, { pool }: Generation): Promise<Session> {
    const known = sessions.get(client);
    if (known) return known;
    const session = await openSession(client, config.synchronousCommit);
    if (session.pooled) pool.options.idleTimeoutMillis = POOLED_TURN_MS;
    sessions.set(client, { ...session, openedAt: performance.now() });
    return session;
  }

  /** Whether it is another client's turn, behind a pooler. */
  function isOverdue(client: pg.PoolClient): boolean {
    const { pooled = false, openedAt = 0 } = sessions.get(client) ?? {};
    return pooled && performance.now() - openedAt > POOLED_TURN_MS;
  }

  async function runOnce<T>(
    from: Generation,
    deadline: Deadline,
    work: (connection: Connection) => Promise<T>,
    written?: ReadonlySet<string>,
  ): Promise<T> {
    const client = await checkout(from, deadline).catch((error) => {
      throw error instanceof DeadlineError ? error : toConnectionError(error);
    });
    const reused = lastUsed.has(client);
    // The server itself ends a statement that overruns, even if this process is frozen or killed meanwhile.
    const ms = Math.max(1, Math.floor(Math.min(config.statementTimeoutMs, deadline.remainingMs())));
    try {
      const result = await deadline.race(sessionOf(client, from).then(({ run }) => run(ms, work)));
      lastUsed.set(client, performance.now());
      client.release(isOverdue(client));
      return result;
    } catch (error) {
      if (error instanceof DeadlineError) {
        client.release(true);
        throw error;
      }
      const known = toStoreError(error, written);
      // After a refused row, or one that took too long, the connection is sound, and another try is about to use it. Anything
      // else leaves it in doubt; after a failover, for one, it may lead to a server that is now read-only.
      const code = known.code ?? '';
      const sound = SOUND_CODES.has(code) || isOfData(code) || isOfOneRow(known);
      if (sound) lastUsed.set(client, performance.now());
      client.release(!sound);
      // Closed between two batches, by the server or on the way to it: that says nothing about the server now.
      if (reused && isLost(error)) return runOnce(from, deadline, work, written);
      throw code === QUERY_CANCELED ? explainTimeout(ms) : known;
    }
  }

  /** A statement gets no more time than the batch has left, and says nothing of the table when that is over. */
  function explainTimeout(ms: number): Error {
    if (ms < config.statementTimeoutMs) return new DeadlineError('The time for the batch ran out.');
    const message = `PostgreSQL ended the statement after ${ms / 1000} s (SQLSTATE ${QUERY_CANCELED}).`;
    return new StoreError('timeout', message, QUERY_CANCELED, null);
  }

  /** Replaces the pool unless somebody else did so meanwhile. */
  async function renew(rejected: Generation): Promise<boolean> {
    if ((await currentGeneration()) !== rejected) return true;
    if (!(await credentials.renew(rejected.login))) return false;
    generation = undefined;
    // Statements in flight finish; what fails while it closes concerns nobody any more.
    rejected.pool.end().catch(() => {});
    return true;
  }

  const run: Database['run'] = async (deadline, work, written) => {
    for (let renewals = 0; ; renewals += 1) {
      const from = await deadline.race(currentGeneration());
      try {
        return await runOnce(from, deadline, work, written);
      } catch (error) {
        if (error instanceof DeadlineError) throw error;
        const known = toStoreError(error, written);
        // Twice, for the current and the pending version of the secret.
        const retry = known.fault === 'credentials' && renewals < 2;
        if (!(retry && (await deadline.race(renew(from))))) throw known;
      }
    }
  };

  return {
    run: (deadline, work, written) => inTurn(deadline, () => run(deadline, work, written)),
    async end() {
      const open = await generation?.catch(() => undefined);
      generation = undefined;
      await open?.pool.end();
    },
  };
}

/** Whether the connection is gone, rather than the statement refused over it. */
function isLost(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|57P)/.test(error.code ?? '');
}
