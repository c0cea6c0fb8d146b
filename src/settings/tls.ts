import type { ConnectionOptions } from 'node:tls';
import { readPem } from './pem.ts';
import type { Reader } from './reader.ts';
import type { Values } from './setting.ts';
import { DATABASE } from './table/database.ts';

export type SslMode = NonNullable<Values<typeof DATABASE>['sslMode']>;

/**
 * Reads how TLS is spoken with the database; what is wrong is noted in `reader`.
 *
 * @param mode one of libpq's modes
 * @param caFile certificates of authorities; undefined for those that Node.js knows
 * @returns false for plain text
 */
export function readDatabaseTls(
  reader: Reader,
  mode: SslMode,
  caFile: string | undefined,
): false | ConnectionOptions {
  if (mode === 'disable') {
    if (caFile)
      reader.problem(
        'DATABASE_CA_FILE is set, but TLS is off: set DATABASE_SSLMODE=verify-full, or unset DATABASE_CA_FILE',
      );
    return false;
  }
  const ca = readPem(reader, DATABASE.settings.caFile, caFile, 'certificate');
  return {
    ...(ca ? { ca } : {}),
    // libpq verifies the chain under `require` too as soon as an authority is named.
    rejectUnauthorized: mode !== 'require' || ca !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}
