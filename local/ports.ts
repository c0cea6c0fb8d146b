import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Tries before {@link freePort} gives up: with 10,000 candidates only a broken host needs so many. */
const TRIES = 100;

const given = new Set<number>();

/**
 * Finds a TCP port on 127.0.0.1 that nothing listens on and that this process was not given before.
 *
 * Not the kernel's choice (port 0): that comes from the range of outgoing connections, so while a
 * server is down for a restart a client's reconnect could take its port, or even connect to itself.
 *
 * @returns a port from 20000 to 29999
 * @throws Error when no free port turns up
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(20_000, 30_000);
    if (!given.has(port) && (await refusal(port)) === undefined) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`No free port between 20000 and 29999 on 127.0.0.1 in ${TRIES} tries.`);
}

/**
 * Makes sure that `what` can listen on a port of 127.0.0.1.
 *
 * @param port the TCP port
 * @param what the name of the server in the message, for example `PostgreSQL`
 * @throws Error of one line, saying what is taken and what to do, when it cannot
 */
export async function assertFree(port: number, what: string): Promise<void> {
  const code = await refusal(port);
  if (code === undefined) return;
  const reason = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`;
  throw new Error(
    `Port ${port} on 127.0.0.1 ${reason}, so ${what} cannot start: stop what uses it or choose another port.`,
  );
}

/** The error code with which 127.0.0.1 refuses a listener on the port, or undefined. */
async function refusal(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    server.close();
  }
}
