import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { codeOf } from '../record/errors.ts';
import { isThisMachine } from '../settings/this-machine.ts';
import { AUTHORITY_REMEDY, UNKNOWN_AUTHORITY } from '../settings/tls-codes.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';
import { openSocket, type Target } from './network.ts';
import { askForTls, findIssuer, handshake } from './tls-handshake.ts';

export const TLS = 'database TLS';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a word. */
const SOON_DAYS = 30;

/** Speaks TLS with the server just as the sink would, up to the end of the handshake. */
export async function checkTls(
  target: Target,
  ssl: false | ConnectionOptions,
  timeoutMs: number,
): Promise<Outcome<true>> {
  if (ssl === false) return { checks: [plainText(target.host)], value: true };
  let socket: Socket | undefined;
  try {
    socket = await openSocket(target, timeoutMs);
    const offer = await askForTls(socket, timeoutMs);
    if (offer !== 'S') return { checks: [noTls(offer)], value: null };
    const secure = await handshake(socket, target.host, ssl, timeoutMs);
    return { checks: [judge(secure, ssl)], value: true };
  } catch (error) {
    const code = codeOf(error);
    const check = UNKNOWN_AUTHORITY.has(code)
      ? unknownAuthority(code, await findIssuer(target, timeoutMs), ssl.ca !== undefined)
      : troubleOf(code, target.host);
    return { checks: [check], value: null };
  } finally {
    socket?.destroy();
  }
}

function plainText(host: string): Check {
  if (isThisMachine(host)) return passed(TLS, 'off; the server is on this machine');
  return warned(
    TLS,
    'off: the password and all records travel in plain text',
    'Set DATABASE_SSLMODE=verify-full.',
  );
}

function noTls(offer: string): Check {
  if (offer === 'N')
    return failed(
      TLS,
      'the server does not speak TLS',
      'Turn TLS on in the server (ssl = on). Where the way to it is safe without, set DATABASE_SSLMODE=disable.',
    );
  return failed(
    TLS,
    'what answers there is not PostgreSQL',
    'Check host and port: something else listens there.',
  );
}

function judge(secure: TLSSocket, ssl: ConnectionOptions): Check {
  const protocol = secure.getProtocol() ?? 'TLS';
  if (ssl.rejectUnauthorized === false)
    return warned(
      TLS,
      `${protocol}, but nobody checks whose certificate it is: another server could stand in its place`,
      'Set DATABASE_SSLMODE=verify-full, and DATABASE_CA_FILE where the authority is not a public one.',
    );
  const { valid_to } = secure.getPeerCertificate();
  const days = Math.floor((Date.parse(valid_to) - Date.now()) / DAY_MS);
  if (days < SOON_DAYS)
    return warned(
      TLS,
      `${protocol}, but the certificate ends in ${days} days`,
      "Renew the server's certificate.",
    );
  const name = ssl.checkServerIdentity ? 'not its host name (verify-ca)' : 'and its host name';
  return passed(TLS, `${protocol}, certificate checked, ${name}`);
}

/**
 * @param issuer who has signed it, by name
 * @param given whether the settings name authorities
 */
function unknownAuthority(code: string, issuer: string | null, given: boolean): Check {
  const by = issuer === null ? '' : `; it was issued by ${issuer}`;
  return failed(
    TLS,
    `the certificate is self-signed or of an unknown authority (${code})${by}`,
    given
      ? `The file that DATABASE_CA_FILE names does not hold this authority. ${AUTHORITY_REMEDY}. For RDS Proxy, whose authority Node.js knows, unset it.`
      : `${AUTHORITY_REMEDY}. Lambda has that file: NODE_EXTRA_CA_CERTS=/var/runtime/ca-cert.pem.`,
  );
}

function troubleOf(code: string, host: string): Check {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return failed(
      TLS,
      `the certificate is for another host name than ${host} (${code})`,
      'Connect by a name that the certificate holds; through a tunnel, DATABASE_SSLMODE=verify-ca leaves the name unchecked.',
    );
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return failed(
      TLS,
      `the certificate is not valid today (${code})`,
      "Renew the server's certificate, and check the clock of this machine.",
    );
  if (code === 'ETIMEDOUT')
    return failed(
      TLS,
      `the server took the connection and does not answer (${code})`,
      'Look whether PostgreSQL, or the pooler before it, is frozen, busy or at its limit of connections; raise DATABASE_CONNECT_TIMEOUT_MS where it is only slow.',
    );
  return failed(
    TLS,
    `the handshake failed (${code})`,
    'Check that the server speaks TLS 1.2 or later, and that nothing on the way ends the connection.',
  );
}
