import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a service answers: a status, and a body in JSON. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** An answer by which AWS services that speak JSON refuse a call. */
export function refusal(status: number, type: string): Answer {
  return { status, body: { __type: type, message: 'refused for a reason that must not be shown' } };
}

/**
 * A service of AWS that answers each call by a function, until the test is over.
 *
 * @returns its endpoint
 */
export async function startService(answer: (request: IncomingMessage) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const { status, body } = answer(request);
    response.writeHead(status, {
      'content-type': 'application/json',
      // Where REST services name the error.
      ...('__type' in body ? { 'x-amzn-errortype': String(body.__type) } : {}),
    });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sets a variable that the SDK reads, until the test is over. */
export function setVariable(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  onTestFinished(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}
