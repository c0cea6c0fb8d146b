import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalPostgres, startPostgres } from '../../../local/postgres.ts';
import { unprivilegedUser } from '../../../local/postgres-binaries.ts';

const FILES = fileURLToPath(new URL('../tls', import.meta.url));

/** The self-signed certificate of the server, for 127.0.0.1 alone. */
export const CERTIFICATE = join(FILES, 'server.crt');

/** The certificate of the authority that has signed `signed.crt`. */
export const AUTHORITY = join(FILES, 'authority.crt');

/**
 * A PostgreSQL that speaks TLS. It reads only a key that is its user's own and nobody else's.
 *
 * @param name of its certificate; with `signed`, it shows that of the authority too, as RDS does
 */
export async function startTlsPostgres(
  name: 'server' | 'signed' = 'server',
): Promise<LocalPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-tls-'));
  const user = unprivilegedUser();
  chmodSync(folder, 0o755);
  const chain = name === 'signed' ? [`${name}.crt`, 'authority.crt'] : [`${name}.crt`];
  const files = { 'server.crt': chain, 'server.key': [`${name}.key`] };
  for (const [file, parts] of Object.entries(files)) {
    const path = join(folder, file);
    const text = parts.map((part) => readFileSync(join(FILES, part), 'utf8')).join('');
    writeFileSync(path, text, { mode: 0o600 });
    if (user) chownSync(path, user.uid, user.gid);
  }
  try {
    return await startPostgres({
      settings: {
        fsync: 'off',
        ssl: 'on',
        ssl_cert_file: join(folder, 'server.crt'),
        ssl_key_file: join(folder, 'server.key'),
      },
    });
  } finally {
    // The server has read them; its backends are copies of it.
    rmSync(folder, { recursive: true });
  }
}
