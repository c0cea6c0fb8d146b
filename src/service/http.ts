import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpSettings } from '../settings/service.ts';
import { StartError } from './start-error.ts';

/**
 * Whoever opens connections and sends nothing must not take the descriptors that PostgreSQL and Kafka need, nor keep probes
 * out: one more ends the oldest. A probe has its answer within milliseconds.
 */
const MAX_CONNECTIONS = 100;
const SEND_TIMEOUT_MS = 5000;

/** What a path answers. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export type MakePage = () => Page | Promise<Page>;

export interface HttpFace {
  /**
   * @returns the address that it answers at, `http://host:port`
   * @throws {StartError} when the port is taken or the address is none of this machine
   */
  listen(): Promise<string>;
  /** Ends every connection. Can be called twice, and without `listen`. */
  close(): Promise<void>;
}

/**
 * Answers GET and HEAD for these paths, and 404 for all others.
 *
 * @param pages by path, `/livez`
 */
export function createHttpFace(
  { host, port }: HttpSettings,
  pages: ReadonlyMap<string, MakePage>,
): HttpFace {
  const answer: RequestListener = async (request, response) => {
    const page = pages.get(request.url?.split('?', 1)[0] ?? '');
    const { status, type, body } = await pageFor(page, request.method);
    // A probe comes seldom and from elsewhere each time: an idle connection would only hold the shutdown up.
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      connection: 'close',
      ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    });
    response.end(request.method === 'HEAD' ? '' : body);
  };
  const timeouts = { headersTimeout: SEND_TIMEOUT_MS, requestTimeout: SEND_TIMEOUT_MS };
  const server = createServer({ ...timeouts, connectionsCheckingInterval: 1000 }, answer);
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (open.size > MAX_CONNECTIONS) oldest?.destroy();
  });
  // Who does not read what it asked for.
  server.setTimeout(2 * SEND_TIMEOUT_MS);

  return {
    async listen() {
      server.listen(port, host);
      try {
        await once(server, 'listening');
      } catch (error) {
        throw new StartError(
          `The health server cannot listen on ${shown(host)}:${port} (${(error as NodeJS.ErrnoException).code}): set HTTP_PORT to a free port, and HTTP_HOST to an address of this machine.`,
        );
      }
      return `http://${shown(host)}:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function pageFor(page: MakePage | undefined, method = ''): Promise<Page> {
  if (!page) return text(404, 'Not found: there are /livez, /readyz and /metrics.\n');
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET and HEAD.\n');
  try {
    return await page();
  } catch {
    return text(500, 'The page could not be made.\n');
  }
}

/** A page of plain text. */
export function text(status: number, body: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function shown(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
