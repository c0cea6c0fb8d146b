import { once } from 'node:events';
import { connect } from 'node:tls';
import { within } from '../timing/within.ts';

/**
 * Whether a server answers in TLS. Whose certificate it shows does not matter for that: nothing is sent, and the
 * connection ends with the answer.
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
  // One that comes after the answer, and concerns nobody.
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
