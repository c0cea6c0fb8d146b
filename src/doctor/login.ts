import pg from 'pg';
import type { Login } from '../postgres/connection/login.ts';
import { ProvenClient } from '../postgres/connection/proven-client.ts';
import { isDirect } from '../postgres/connection/session.ts';
import { codeOf } from '../record/errors.ts';
import type { DatabaseSettings } from '../settings/database.ts';
import { within } from '../timing/within.ts';
import { failed, type Outcome, passed, withSql } from './check.ts';

export const LOGIN = 'database login';

/** Where even the answer that a statement timed out does not arrive, the network has lost the connection. */
const ANSWER_GRACE_MS = 500;

/**
 * Logs in as the sink would.
 *
 * @returns the connection, with timeouts for its statements; the caller ends it
 */
export async function checkLogin(
  config: DatabaseSettings,
  login: Login,
): Promise<Outcome<pg.Client>> {
  const { connectTimeoutMs, statementTimeoutMs } = config;
  const client = new ProvenClient({
    ...login,
    ssl: config.ssl && { ...config.ssl },
    // A little later than the limit below, which tells a timeout by its code; this one closes the socket.
    connectionTimeoutMillis: connectTimeoutMs + 100,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    application_name: 'kafka-pg-sink-doctor',
  });
  // A connection that breaks rejects the statement under way; the event would end the process.
  client.on('error', () => {});
  try {
    await within(connectTimeoutMs, async () => client.connect());
    // A pooler would hand it on to other clients; there the limit of this side must do.
    if (await isDirect(client)) await client.query(`SET statement_timeout = ${statementTimeoutMs}`);
    return {
      checks: [passed(LOGIN, `logged in to the database ${client.database}`)],
      value: client,
    };
  } catch (error) {
    const code = codeOf(error);
    const [what, remedy] = TROUBLE[code] ?? [
      'the login failed',
      'Look at the log of the server; appendix A of the manual of PostgreSQL explains the code.',
    ];
    client.end().catch(() => {});
    const grant = grantOf(code, config, client);
    const advice = grant === null ? remedy : withSql(grant, remedy);
    return { checks: [failed(LOGIN, `${what} (${code})`, advice)], value: null };
  }
}

/** The statement that may be missing. */
function grantOf(
  code: string,
  { source }: DatabaseSettings,
  { user = '', database = '' }: pg.Client,
): string | null {
  const name = pg.escapeIdentifier(user);
  if (code === '42501')
    return `GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO ${name};`;
  return code === '28000' && source.kind === 'iam' ? `GRANT rds_iam TO ${name};` : null;
}

const HUNG_UP = [
  'what listens there ended the connection without an answer',
  'Check that it is PostgreSQL that listens on this port: a proxy or a firewall may accept connections in its place.',
] as const;

/**
 * By SQLSTATE or socket error; `pg` names none where the connection was closed.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const TROUBLE: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  '28P01': [
    'PostgreSQL refuses the password, or knows no such user',
    'Correct user and password in DATABASE_URL or the secret (in a URL, special characters must be percent-encoded). During a rotation, wait for its end.',
  ],
  '28000': [
    'PostgreSQL does not let this user in from here',
    'Check that the user exists and may log in, and the rules of pg_hba.conf. Where TLS is compulsory (rds.force_ssl), set DATABASE_SSLMODE=verify-full. For IAM tokens, the user needs the role rds_iam, and the identity rds-db:connect.',
  ],
  UNPROVEN_SERVER: [
    'the server asks for the password itself, and nothing shows that it is the right server',
    'Set DATABASE_SSLMODE=verify-full, so that its certificate shows it; or have the server use SCRAM, which shows that it knows the password: password_encryption = scram-sha-256, the password set again, and scram-sha-256 in pg_hba.conf.',
  ],
  '08P01': [
    'a pooler before PostgreSQL refuses the login',
    'Look at its log. It may have all clients that it takes (max_client_conn), not know the user or database, or refuse options in DATABASE_URL (ignore_startup_parameters = options).',
  ],
  '3D000': [
    'the database does not exist',
    'Correct its name: at the end of DATABASE_URL, as dbname in the secret, or in DATABASE_NAME.',
  ],
  '42501': ['the user may not connect to this database', 'Or correct the name of the database.'],
  '53300': [
    'the server has no connection to spare',
    'Lower DATABASE_POOL_SIZE or the concurrency of the function, put RDS Proxy in between, or raise max_connections.',
  ],
  '57P03': ['the server is starting up, or recovering', 'Wait, then run this again.'],
  Error: HUNG_UP,
  ECONNRESET: HUNG_UP,
  ETIMEDOUT: [
    'the server did not finish the login in time',
    'Look whether PostgreSQL, or the pooler before it, is frozen, busy or at its limit of connections; raise DATABASE_CONNECT_TIMEOUT_MS where it is only slow.',
  ],
};
