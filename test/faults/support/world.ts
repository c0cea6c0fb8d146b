import { SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { afterAll } from 'vitest';
import { createTable } from '../../../local/create-table.ts';
import { type LocalPostgres, startPostgres } from '../../../local/postgres.ts';
import { startSqs } from '../../../local/sqs.ts';
import { startSecrets } from '../../support/secrets.ts';
import { startSqsProxy } from '../../support/sqs-proxy.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

/** The sink's own role: no superuser, for those may use connections that are reserved for them. */
export const ROLE = 'sink';
/** A role that takes its place, where a scenario creates one. */
export const OTHER_ROLE = 'other';
export const PASSWORD = 'first-password';
const DATABASE = 'faults';

/** The real servers of one scenario, with what breaks them. */
export type World = Awaited<ReturnType<typeof createWorld>>;

/** The PostgreSQL server of this file's scenarios, each of which has a database and a role of its own. */
let server: Promise<LocalPostgres> | undefined;
afterAll(stopServer);

async function stopServer(): Promise<void> {
  const stopping = server;
  server = undefined;
  await (await stopping)?.stop();
}

const SETTINGS = {
  // A killed server keeps its data nevertheless; only a killed machine would lose it.
  fsync: 'off',
  // So few that a scenario can take them all.
  max_connections: '20',
};

export async function createWorld() {
  const cleanup = new AsyncDisposableStack();
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    cleanup.defer(() => server.stop());
    return server;
  };
  try {
    server ??= startPostgres({ settings: SETTINGS });
    const [postgres, sqs, secrets] = await Promise.all([
      server,
      keep(startSqs()),
      keep(startSecrets()),
    ]);
    const [tcp, sqsProxy] = await Promise.all([
      keep(startTcpProxy(postgres.port)),
      keep(startSqsProxy(sqs.endpoint)),
    ]);
    const sqsClient = new SQSClient({ endpoint: sqs.endpoint });
    cleanup.defer(async () => sqsClient.destroy());
    // Whatever the scenario has left behind, the next one finds a server as new.
    cleanup.defer(() => removeDatabase(postgres).catch(stopServer));
    const adminUrl = databaseUrl(postgres);
    const admin = await createAdmin(postgres);
    cleanup.defer(() => admin.end());
    return {
      postgres,
      secrets,
      /** Between the sink and PostgreSQL where the scenario asks for it. */
      tcp,
      sqsProxy,
      sqsClient,
      queueUrl: sqs.queueUrl,
      /** Connections of a superuser, and what they connect to. */
      admin,
      adminUrl,
      url: (port: number) => `postgres://${ROLE}:${PASSWORD}@127.0.0.1:${port}/${DATABASE}`,
      /** The database's secret, as the sink is to log in. */
      secret: (username: string, password: string) =>
        ({ host: '127.0.0.1', port: postgres.port, username, password, dbname: DATABASE }) as const,
      /** Runs a statement as a superuser and returns its rows. */
      async query<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
        return (await admin.query<T>(text)).rows;
      },
      /** Ends all connections of the sink. */
      async terminate(): Promise<void> {
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink'",
        );
      },
      /** Locks the table in a session of its own until the returned function is called. */
      async lockTable(mode: 'ACCESS EXCLUSIVE' | 'EXCLUSIVE'): Promise<() => Promise<void>> {
        const client = await admin.connect();
        await client.query(`BEGIN; LOCK TABLE notifications IN ${mode} MODE`);
        return async () => {
          await client.query('COMMIT');
          client.release();
        };
      },
      /** How many statements of the sink run or wait, transactions left open included. */
      async busyBackends(): Promise<number> {
        const { rows } = await admin.query(
          "SELECT count(*)::int AS busy FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink' AND state <> 'idle'",
        );
        return rows[0].busy;
      },
      stop: () => cleanup.disposeAsync(),
    };
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
}

async function createAdmin(postgres: LocalPostgres): Promise<pg.Pool> {
  await run(postgres, `CREATE DATABASE ${DATABASE}`);
  const url = databaseUrl(postgres);
  await createTable(url);
  const admin = new pg.Pool({ connectionString: url, max: 3 });
  admin.on('error', () => {}); // the scenarios kill its server
  admin.on('connect', (client) => client.on('error', () => {}));
  await admin.query(`
    CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}';
    GRANT SELECT, INSERT ON notifications TO ${ROLE}`);
  return admin;
}

function databaseUrl(postgres: LocalPostgres): string {
  const url = new URL(postgres.url);
  url.pathname = DATABASE;
  return url.href;
}

async function removeDatabase(postgres: LocalPostgres): Promise<void> {
  await run(
    postgres,
    `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`,
    `DROP ROLE IF EXISTS ${OTHER_ROLE}, ${ROLE}`,
  );
}

async function run(postgres: LocalPostgres, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
