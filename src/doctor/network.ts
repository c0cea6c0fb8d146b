import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { codeOf } from '../record/errors.ts';
import { isSocket } from '../settings/this-machine.ts';
import { within } from '../timing/within.ts';
import { failed, type Outcome, passed } from './check.ts';

export const HOST_NAME = 'database host name';
export const PORT = 'database port';

export interface Target {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

/** Name resolution has no timeout of its own. */
const LOOKUP_TIMEOUT_MS = 5000;

/** Looks the host up as `pg` would. */
export async function checkHostName(host: string): Promise<Outcome<string>> {
  if (isSocket(host))
    return { checks: [passed(HOST_NAME, `${host} is a folder on this machine`)], value: host };
  if (isIP(host))
    return { checks: [passed(HOST_NAME, `${host} is an address, not a name`)], value: host };
  try {
    const found = await within(LOOKUP_TIMEOUT_MS, () => lookup(host, { all: true }));
    const addresses = found.map(({ address }) => address).join(', ');
    return { checks: [passed(HOST_NAME, `${host} is ${addresses}`)], value: host };
  } catch (error) {
    const check = failed(
      HOST_NAME,
      `${host} cannot be looked up (${codeOf(error)})`,
      'Check the host for typing errors. A private name is known only inside its VPC: run this there, or through a VPN or tunnel.',
    );
    return { checks: [check], value: null };
  }
}

/** Opens a connection and closes it again. */
export async function checkPort(target: Target, timeoutMs: number): Promise<Outcome<true>> {
  const where = nameOf(target);
  try {
    const socket = await openSocket(target, timeoutMs);
    socket.destroy();
    return { checks: [passed(PORT, `${where} accepts connections`)], value: true };
  } catch (error) {
    const code = codeOf(error);
    const [what, remedy] = PORT_TROUBLE[code] ?? [
      'cannot be connected to',
      'Check the route and the firewalls between here and the server.',
    ];
    return { checks: [failed(PORT, `${where} ${what} (${code})`, remedy)], value: null };
  }
}

const PORT_TROUBLE: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ECONNREFUSED: [
    'refuses connections',
    'Check the port, that PostgreSQL runs there, and that it listens on this address (listen_addresses).',
  ],
  ENOENT: [
    'is not there',
    'Check the folder in DATABASE_URL and the port, which is part of the name, against unix_socket_directories and port of the server.',
  ],
  EACCES: [
    'may not be opened by this user',
    "Let the user of this process into the socket's folder (unix_socket_permissions).",
  ],
  ETIMEDOUT: [
    'does not answer',
    "Let the database's security group accept this port from the function's security group; check subnets, routes and network ACLs.",
  ],
};

/** As people write an address, or where the socket is in its folder. */
function nameOf({ host, port }: Target): string {
  if (isSocket(host)) return `${host}/.s.PGSQL.${port}`;
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/**
 * @returns a socket that is connected; the caller destroys it
 * @throws {DeadlineError} or the error of the socket
 */
export async function openSocket(target: Target, timeoutMs: number): Promise<Socket> {
  const socket = connect(isSocket(target.host) ? { path: nameOf(target) } : { ...target });
  // An error that nobody waits for any more would end the process.
  socket.on('error', () => {});
  try {
    await within(timeoutMs, (signal) => once(socket, 'connect', { signal }));
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
