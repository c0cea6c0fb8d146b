import { findCredentials } from './credentials.ts';
import { LIMITS } from './limits.ts';

/** What a client is made with. */
interface Config {
  /** Tries of a call, the first included. */
  readonly maxAttempts: number;
  readonly requestHandler: typeof LIMITS;
  readonly credentials: ReturnType<typeof findCredentials>;
}

/** A client of the SDK; what its middleware takes depends on the service. */
interface Client {
  readonly middlewareStack: {
    add(middleware: never, options: { step: 'deserialize'; priority: 'high' }): void;
  };
}

/**
 * Makes a client of the SDK. Its calls have limits of time, and an error of the network has the `host` that did not answer.
 *
 * @param service the client's class
 * @param maxAttempts 1 for a caller that tries again by itself
 */
export function openClient<C extends Client>(
  service: new (config: Config) => C,
  maxAttempts = 2,
): C {
  const client = new service({
    ...{ maxAttempts, requestHandler: LIMITS },
    credentials: findCredentials(),
  });
  client.middlewareStack.add(nameHost as never, { step: 'deserialize', priority: 'high' });
  return client;
}

interface Call {
  readonly request: { readonly hostname: string };
}

/** What the service itself has answered is an error of its own, and is passed on as it is. */
const nameHost = (next: (call: Call) => Promise<unknown>) => (call: Call) =>
  next(call).catch((error) => {
    throw '$fault' in error ? error : Object.assign(error, { host: call.request.hostname });
  });
