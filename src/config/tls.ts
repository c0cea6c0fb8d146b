import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { EnvReader } from './env.ts';

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
  const file = env.given('DATABASE_CA_FILE');
  if (mode === 'disable') {
    if (file)
      env.problem('DATABASE_CA_FILE is set, but TLS is off: set DATABASE_SSLMODE=verify-full');
    return false;
  }
  const ca = file ? readCertificates(env, file) : undefined;
  return {
    ...(ca ? { ca } : {}),
    // libpq verifies the chain under `require` too as soon as an authority is named.
    rejectUnauthorized: mode !== 'require' || ca !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

function readCertificates(env: EnvReader, file: string): string | undefined {
  const accepted = 'a readable file with certificates in PEM form';
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    env.problem(
      `DATABASE_CA_FILE=${JSON.stringify(file)} holds no certificate: accepted is ${accepted}`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    env.problem(
      `DATABASE_CA_FILE=${JSON.stringify(file)} cannot be read (${code}): accepted is ${accepted}`,
    );
  }
  return undefined;
}
