import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalPostgres, startPostgres } from '../../../local/postgres.ts';
import { unprivilegedUser } from '../../../local/postgres-binaries.ts';

const FILES = fileURLToPath(new URL('../tls', import.meta.url));

/** The self-signed certificate of the server, for 127.0.0.1 alone. */
export const CERTIFICATE = join(FILES, 'server.crt');

/** A PostgreSQL that speaks TLS. It reads only a key that is its user's own and nobody else's. */
export async function startTlsPostgres(): Promise<LocalPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-tls-'));
  const user = unprivilegedUser();
  chmodSync(folder, 0o755);
  for (const name of ['server.crt', 'server.key']) {
    copyFileSync(join(FILES, name), join(folder, name));
    chmodSync(join(folder, name), 0o600);
    if (user) chownSync(join(folder, name), user.uid, user.gid);
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
