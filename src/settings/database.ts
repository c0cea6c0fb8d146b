import type { ConnectionOptions } from 'node:tls';
import { type LoginSource, readLoginSource } from './login.ts';
import type { EnvReader } from './reader.ts';
import { readTls, SSL_MODES } from './tls.ts';

export interface DatabaseConfig {
  readonly source: LoginSource;
  /** Table name, one or two parts, not quoted yet. */
  readonly table: readonly string[];
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly ssl: false | ConnectionOptions;
}

/** Reads the `DATABASE_*` settings; what is wrong is noted in `env`. */
export function readDatabaseConfig(env: EnvReader): DatabaseConfig {
  const { source, sslMode } = readLoginSource(env);
  // Whoever keeps credentials in AWS has them travel to a server that is not on this machine.
  const mode = env.oneOf(
    'DATABASE_SSLMODE',
    sslMode ?? (source.kind === 'url' ? 'disable' : 'verify-full'),
    SSL_MODES,
  );
  if (source.kind === 'iam' && mode === 'disable')
    env.problem(
      'DATABASE_SSLMODE=disable beside DATABASE_IAM_USER: a token may not travel in plain text, and RDS refuses it; set verify-full',
    );
  return {
    source,
    table: env
      .matching(
        'DATABASE_TABLE',
        'notifications',
        /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/,
        'a table name of letters, digits and _, optionally behind a schema and a dot',
      )
      .split('.'),
    poolSize: env.integer('DATABASE_POOL_SIZE', 2, { min: 1, max: 100, unit: 'connections' }),
    connectTimeoutMs: env.integer('DATABASE_CONNECT_TIMEOUT_MS', 3000, {
      min: 1,
      max: 600_000,
      unit: 'ms',
    }),
    statementTimeoutMs: env.integer('DATABASE_STATEMENT_TIMEOUT_MS', 10_000, {
      min: 1,
      max: 840_000,
      unit: 'ms',
    }),
    ssl: readTls(env, mode),
  };
}
