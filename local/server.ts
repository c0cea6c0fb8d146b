import type { Keeper, Kept } from './keep.ts';
import { untilGone } from './ready.ts';

/** A server of its own that runs on this machine. */
export interface LocalServer {
  /** Process id of its first process; another one after `restart()`. */
  readonly pid: number;
  /** Signals that process; nothing happens when it is not running. */
  kill(signal: NodeJS.Signals): void;
  /**
   * Starts the server again on the same data folder and port, after a `kill`.
   *
   * @throws Error when the killed server does not go within 15 s, or the start fails
   */
  restart(): Promise<void>;
  /** Stops the server and removes its data folder. Can be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a server in a keeper's folder.
 *
 * @param what name of the server in messages
 * @param start is called for the first start and for each other one
 */
export async function startServer(
  what: string,
  keeper: Keeper,
  start: () => Promise<Kept>,
): Promise<LocalServer> {
  let server = await start();
  return {
    get pid() {
      return server.pid;
    },
    kill: (signal) => server.kill(signal),
    restart: async () => {
      await untilGone(what, server);
      server = await start();
    },
    stop: keeper.stop,
  };
}
