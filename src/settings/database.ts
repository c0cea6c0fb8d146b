import type { ConnectionOptions } from 'node:tls';
import { type LoginSource, readLoginSource } from './login.ts';
import type { Reader } from './reader.ts';
import { readGroup } from './setting.ts';
import { DATABASE } from './table/database.ts';
import { isSocket, isThisMachine } from './this-machine.ts';
import { readDatabaseTls } from './tls.ts';

export interface DatabaseSettings {
  readonly source: LoginSource;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly ssl: false | ConnectionOptions;
  /** What a commit waits for, as PostgreSQL names it; undefined for what the server says. */
  readonly synchronousCommit?: string | undefined;
}

/** Reads the `DATABASE_*` settings; what is wrong is noted in `reader`. */
export function readDatabase(reader: Reader): DatabaseSettings {
  const values = readGroup(reader, DATABASE);
  const { source, sslMode } = readLoginSource(reader, values);
  // Credentials that AWS keeps travel to a server that is not on this machine.
  const mode = values.sslMode ?? sslMode ?? (source.kind === 'url' ? 'disable' : 'verify-full');
  const isPlain = source.kind === 'url' && !values.sslMode && !sslMode;
  if (isPlain && source.login.host !== '' && !isThisMachine(source.login.host))
    reader.problem(
      'DATABASE_URL names another machine and no sslmode, so that the password and all records would travel in plain text: add ?sslmode=verify-full to it, or set DATABASE_SSLMODE; to disable where that is meant',
    );
  if (source.kind === 'url' && isSocket(source.login.host) && mode !== 'disable')
    reader.problem(
      `DATABASE_URL leads to a Unix socket, and sslmode is ${mode}: there is no TLS over a socket, which nobody else can read; leave it out`,
    );
  if (source.kind === 'iam' && mode === 'disable')
    reader.problem(
      'DATABASE_SSLMODE=disable beside DATABASE_IAM_USER: a token must not travel in plain text, and RDS refuses it; set verify-full',
    );
  const { poolSize, connectTimeoutMs, statementTimeoutMs, synchronousCommit } = values;
  return {
    source,
    poolSize,
    connectTimeoutMs,
    statementTimeoutMs,
    synchronousCommit,
    ssl: readDatabaseTls(reader, mode, values.caFile),
  };
}
