import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { within } from '../timing/within.ts';
import { openSocket, type Target } from './network.ts';

/**
 * A client asks for TLS by these bytes, and the server answers `S` or `N`.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** @returns `S` or `N`; something else where no PostgreSQL listens */
export async function askForTls(socket: Socket, timeoutMs: number): Promise<string> {
  socket.write(SSL_REQUEST);
  const closed = once(socket, 'close').then(() => ['']);
  const [answer] = await within(timeoutMs, (signal) =>
    Promise.race([once(socket, 'data', { signal }), closed]),
  );
  return String(answer).slice(0, 1);
}

/** @throws Error with the code of TLS, when the certificate is not as `ssl` demands */
export async function handshake(
  socket: Socket,
  host: string,
  ssl: ConnectionOptions,
  timeoutMs: number,
): Promise<TLSSocket> {
  // As pg does it: an address may not be sent as the server's name, but is compared with the certificate.
  const secure = connect({ socket, host, ...(isIP(host) ? {} : { servername: host }), ...ssl });
  // One that comes after the time is over, and concerns nobody.
  secure.on('error', () => {});
  await within(timeoutMs, (signal) => once(secure, 'secureConnect', { signal }));
  return secure;
}

/** Who has signed the certificate of a server, by name: the last of those that it shows. Null where that cannot be found out. */
export async function findIssuer(target: Target, timeoutMs: number): Promise<string | null> {
  let socket: Socket | undefined;
  try {
    socket = await openSocket(target, timeoutMs);
    await askForTls(socket, timeoutMs);
    const look = { rejectUnauthorized: false };
    const secure = await handshake(socket, target.host, look, timeoutMs);
    let certificate: DetailedPeerCertificate = secure.getPeerCertificate(true);
    // A self-signed one is its own issuer.
    while (certificate.issuerCertificate && certificate.issuerCertificate !== certificate)
      certificate = certificate.issuerCertificate;
    return String(certificate.issuer.CN ?? '') || null;
  } catch {
    return null;
  } finally {
    socket?.destroy();
  }
}
