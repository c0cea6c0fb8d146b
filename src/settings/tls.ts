import type { ConnectionOptions } from 'node:tls';
import { readPem } from './pem.ts';
import type { EnvReader } from './reader.ts';

/**
 * libpq's names. `allow` and `prefer` are left out on purpose: they fall back to plain text without a word.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/**
 * Reads how TLS is spoken with the database; what is wrong is noted in `env`.
 *
 * @param mode which of libpq's modes
 * @returns false for plain text
 */
export function readTls(env: EnvReader, mode: SslMode): false | ConnectionOptions {
  if (mode === 'disable') {
    if (env.given('DATABASE_CA_FILE'))
      env.problem('DATABASE_CA_FILE is set, but TLS is off: set DATABASE_SSLMODE=verify-full');
    return false;
  }
  const ca = readPem(env, 'DATABASE_CA_FILE', 'certificate');
  return {
    ...(ca ? { ca } : {}),
    // libpq verifies the chain under `require` too as soon as an authority is named.
    rejectUnauthorized: mode !== 'require' || ca !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}
