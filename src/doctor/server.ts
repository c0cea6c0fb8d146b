import type pg from 'pg';
import type { DatabaseSettings } from '../settings/database.ts';
import { type Check, failed, type Outcome, passed, warned, withSql } from './check.ts';

export const SERVER = 'database server';

/** `server_version_num` of the release that brought INSERT … ON CONFLICT. */
const NEEDED = 90_500;
/** Of the release that can tell which values their types refuse. */
const WANTED = 160_000;

export interface ServerFacts {
  /** As PostgreSQL numbers it: 180003 is 18.3. */
  readonly version: number;
  readonly readOnly: boolean;
  /** Connections that this user could still open. */
  readonly free: number;
  readonly maxConnections: number;
  /** Of the database. */
  readonly encoding: string;
  /** The setting `synchronous_commit`, as it is for this user. */
  readonly synchronousCommit: string;
}

/**
 * Backends that others may not look into are counted all the same; autovacuum makes the figure a little too low.
 * `reserved_connections` came with PostgreSQL 16.
 */
const FACTS = `
SELECT current_setting('server_version_num')::int AS version,
       pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS "readOnly",
       current_setting('max_connections')::int AS "maxConnections",
       current_setting('server_encoding') AS encoding,
       current_setting('synchronous_commit') AS "synchronousCommit",
       (current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0)
         - (SELECT sum(numbackends) FROM pg_stat_database))::int AS free`;

/** What the server is: its version, whether it can be written to, whether it has connections to spare. */
export async function checkServer(
  client: pg.Client,
  { poolSize, synchronousCommit }: DatabaseSettings,
): Promise<Outcome<true>> {
  const { rows } = await client.query<ServerFacts>(FACTS);
  const ours = synchronousCommit === undefined ? {} : { synchronousCommit };
  const checks = rows.flatMap((facts) => judgeServer({ ...facts, ...ours }, poolSize));
  return { checks, value: true };
}

/** @param poolSize connections that each environment of the function may open */
export function judgeServer(facts: ServerFacts, poolSize: number): readonly Check[] {
  const { version, readOnly, free, maxConnections, encoding, synchronousCommit } = facts;
  const problems: Check[] = [];
  if (version < NEEDED)
    problems.push(
      failed(
        SERVER,
        `PostgreSQL ${nameOf(version)} knows no INSERT … ON CONFLICT`,
        'Upgrade the server, best to a supported release.',
      ),
    );
  else if (version < WANTED)
    problems.push(
      warned(
        SERVER,
        `PostgreSQL ${nameOf(version)}: a batch with values that their types refuse takes many statements instead of one`,
        'Upgrade to PostgreSQL 16 or later when you can.',
      ),
    );
  if (readOnly)
    problems.push(
      failed(
        SERVER,
        'the server is read-only: a replica, or default_transaction_read_only is on',
        "Connect to the primary: for Aurora the cluster's writer endpoint, not the reader's.",
      ),
    );
  if (encoding !== 'UTF8') problems.push(judgeEncoding(encoding));
  if (synchronousCommit === 'off')
    problems.push(
      warned(
        SERVER,
        'synchronous_commit is off: what PostgreSQL has confirmed, and the sink has acknowledged, is lost when the server crashes',
        withSql(
          'ALTER ROLE CURRENT_USER SET synchronous_commit = on;',
          'Or set DATABASE_SYNCHRONOUS_COMMIT=on, for the sink alone.',
        ),
      ),
    );
  if (free < poolSize)
    problems.push(
      warned(
        SERVER,
        `${Math.max(0, free)} of ${maxConnections} connections are free, and one environment of the function opens up to ${poolSize}`,
        'Lower DATABASE_POOL_SIZE or the concurrency of the function, put RDS Proxy in between, or raise max_connections.',
      ),
    );
  if (problems.length > 0) return problems;
  return [
    passed(
      SERVER,
      `PostgreSQL ${nameOf(version)}, ${free} of ${maxConnections} connections free, ${poolSize} needed by each environment`,
    ),
  ];
}

/** SQL_ASCII takes any bytes as they are. */
function judgeEncoding(encoding: string): Check {
  if (encoding === 'SQL_ASCII')
    return warned(
      SERVER,
      'the encoding of the database is SQL_ASCII: it takes text without knowing its characters, so lengths are counted in bytes and case-insensitive comparison fails',
      "Move to a database that was created with ENCODING 'UTF8' when you can.",
    );
  return failed(
    SERVER,
    `the encoding of the database is ${encoding}: each record with text that it does not have is dead-lettered`,
    "Move to a database that was created with ENCODING 'UTF8'.",
  );
}

/** Since release 10 the last four digits are the minor release. */
function nameOf(version: number): string {
  const major = Math.floor(version / 10_000);
  return major >= 10
    ? `${major}.${version % 10_000}`
    : `${major}.${Math.floor(version / 100) % 100}`;
}
