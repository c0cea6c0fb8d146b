import { once } from 'node:events';
import { connect } from 'node:tls';
import { within } from '../timing/within.ts';

/**
 * Whether a server answers in TLS. It accepts any certificate: it sends nothing, and the connection ends with the answer.
 *
 * @param server `host:port`
 * @param timeoutMs after which the answer is no
 */
export async function speaksTls(server: string, timeoutMs: number): Promise<boolean> {
  const colon = server.lastIndexOf(':');
  const socket = connect({
    host: server.slice(0, colon),
    port: Number(server.slice(colon + 1)),
    rejectUnauthorized: false,
  });
  // An error after the answer matters to nobody.
  socket.on('error', () => {});
  try {
    await within(timeoutMs, (signal) => once(socket, 'secureConnect', { signal }));
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
