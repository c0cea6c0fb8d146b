import { setTimeout as sleep } from 'node:timers/promises';
import { type Kept, lastLines } from './keep.ts';

/** Time in ms that a killed server has to be gone. */
const END_TIMEOUT_MS = 15_000;

/** Time in ms between two probes. */
const PAUSE_MS = 50;

/**
 * Waits until a server answers.
 *
 * @param options.what name of the server in messages
 * @param options.server the process
 * @param options.log the file with its output, quoted in messages
 * @param options.probe one real request; rejects while the server is not ready
 * @param options.timeoutMs how long to go on probing
 * @throws Error at once when the process ends; after `timeoutMs` when it does not answer
 */
export async function untilReady(options: {
  what: string;
  server: Kept;
  log: string;
  probe: () => Promise<void>;
  timeoutMs: number;
}): Promise<void> {
  const { what, server, log, probe, timeoutMs } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await probe();
    } catch (cause) {
      if (server.exit) {
        const how = server.exit.signal ?? `exit code ${server.exit.code}`;
        throw new Error(`${what} ended while starting (${how}): ${lastLines(log)}`, { cause });
      }
      if (Date.now() > deadline)
        throw new Error(
          `${what} did not answer within ${timeoutMs / 1000} s: ${(cause as Error).message}`,
          { cause },
        );
    }
    await Promise.race([sleep(PAUSE_MS), server.ended]);
  }
}

/**
 * Waits until a killed server and its children are gone, and with them their locks on its data.
 *
 * @throws Error when it still runs after 15 s
 */
export async function untilGone(what: string, server: Kept): Promise<void> {
  await Promise.race([server.ended, sleep(END_TIMEOUT_MS, undefined, { ref: false })]);
  if (!server.exit)
    throw new Error(`${what} (pid ${server.pid}) still runs after ${END_TIMEOUT_MS / 1000} s.`);
}
