import pg from 'pg';
import { isThisMachine } from '../../settings/this-machine.ts';

/** Of PostgreSQL's messages, those with which a server asks for the password itself, or for a hash that serves as well as it. */
const ASKS = ['authenticationCleartextPassword', 'authenticationMD5Password'] as const;

/**
 * A client that gives no password to a server that has not shown that it knows it, as SCRAM does, where no certificate has
 * shown who the server is. Otherwise whoever stands in between gets the password, and is believed.
 * https://www.postgresql.org/docs/current/auth-password.html
 */
export class ProvenClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const { ssl } = Object(config) as pg.ClientConfig;
    const isVerified = typeof ssl === 'object' && ssl.rejectUnauthorized !== false;
    if (isVerified || isThisMachine(this.host)) return;
    const { connection } = this as unknown as { connection: Connection };
    // The client's own listener, which would answer, is called after this one.
    for (const ask of ASKS)
      connection.on(ask, () => connection.stream.destroy(new UnprovenServerError()));
  }
}

interface Connection {
  on(event: (typeof ASKS)[number], listener: () => void): void;
  readonly stream: { destroy(error: Error): void };
}

/** The server asks for the password, and nothing shows that it is the right one. */
class UnprovenServerError extends Error {
  override readonly name = 'UnprovenServerError';
  readonly code = 'UNPROVEN_SERVER';
}
