import { connect, createServer, type Socket } from 'node:net';
import { listen } from './listen.ts';

/** What is larger belongs to a statement that stores a batch. */
const STATEMENT_BYTES = 4096;

/**
 * Where a statement is interrupted: when half of it was sent, so that PostgreSQL cannot run it; or when it is done and
 * the answer is lost, so that its rows are stored and the sink cannot know.
 */
export type Moment = 'request' | 'answer';

interface Trap {
  readonly moment: Moment;
  readonly spring: () => void;
}

/** A TCP proxy before PostgreSQL, which can break connections in ways that a server cannot. */
export async function startTcpProxy(targetPort: number) {
  /** The two sockets of each connection. */
  const open = new Set<readonly Socket[]>();
  /** Connections that swallow whatever is sent, for good: after a failover nobody answers on them any more. */
  const dead = new WeakSet<readonly Socket[]>();
  let mode: 'forward' | 'refuse' | 'swallow' = 'forward';
  let trap: Trap | null = null;

  const server = createServer({ noDelay: true }, (client) => {
    if (mode === 'refuse') {
      client.destroy();
      return;
    }
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair = [client, target] as const;
    open.add(pair);
    if (mode === 'swallow') dead.add(pair);
    const end = () => {
      if (dead.has(pair)) return;
      open.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', () => {}).on('close', end);
    let inStatement = false;
    client.on('data', (chunk) => {
      inStatement ||= chunk.length > STATEMENT_BYTES;
      const caught = inStatement && trap?.moment === 'request' ? trap : null;
      if (!dead.has(pair)) target.write(caught ? chunk.subarray(0, chunk.length / 2) : chunk);
      caught?.spring();
    });
    target.on('data', (chunk) => {
      if (inStatement && trap?.moment === 'answer') trap.spring();
      inStatement = false;
      if (!dead.has(pair) && !client.destroyed) client.write(chunk);
    });
  });
  const { port, stop } = await listen(server);

  /** Waits for the next statement and does something in the middle of it. */
  function atStatement(moment: Moment, act: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const spring = () => {
      trap = null;
      act();
      resolve();
    };
    trap = { moment, spring };
    return promise;
  }

  function destroyAll() {
    for (const pair of open) for (const socket of pair) socket.destroy();
  }

  return {
    port,
    /** Cuts every connection in the middle of a statement; new ones are refused until `resume`. */
    cut: (moment: Moment) =>
      atStatement(moment, () => {
        mode = 'refuse';
        destroyAll();
      }),
    /** Swallows whatever is sent from the middle of a statement on; new connections are dead too, until `resume`. */
    swallow: (moment: Moment) =>
      atStatement(moment, () => {
        mode = 'swallow';
        for (const pair of open) dead.add(pair);
      }),
    resume() {
      mode = 'forward';
    },
    /** Ends dead connections, too, as the keepalives of the server do after half a minute: a COPY on one holds its rows. */
    giveUp: destroyAll,
    async stop() {
      destroyAll();
      await stop();
    },
  };
}

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>;
