import { connect, createServer } from 'node:net';
import { listen } from './listen.ts';

/** https://kafka.apache.org/protocol#The_Messages_SaslHandshake */
const SASL_HANDSHAKE = 17;

/**
 * Stands between a client and a broker until the test ends, and breaks the connection on which a login is renewed for
 * the first time.
 *
 * @returns its address, and a promise for the moment at which the connection broke
 */
export async function createRenewalProxy(broker: string) {
  const [host, port] = broker.split(':');
  const broken = Promise.withResolvers<void>();
  let logins = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    client.on('error', () => {});
    upstream.on('error', () => {});
    client.on('close', () => upstream.destroy());
    upstream.pipe(client);
    client.on('data', (request) => {
      // Behind four bytes of length a request begins with what it asks for.
      if (request.readInt16BE(4) === SASL_HANDSHAKE) logins += 1;
      if (logins !== 2) upstream.write(request);
      else {
        logins += 1;
        client.resetAndDestroy();
        broken.resolve();
      }
    });
  });
  return { address: await listen(server), broken: broken.promise };
}
