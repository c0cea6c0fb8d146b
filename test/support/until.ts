import { setTimeout as sleep } from 'node:timers/promises';

/** What is awaited takes milliseconds; a busy machine may need this long. */
const TIMEOUT_MS = 60_000;

/** Time in ms between two looks: short at first, longer the longer it takes, as each may cost a server something. */
const SHORTEST_MS = 5;
const LONGEST_MS = 50;

/**
 * Waits until a condition holds. Where an assertion says it better, `vi.waitFor` repeats that, and shows what it found.
 *
 * @param condition is asked again and again; what it throws ends the wait
 * @param what is awaited, for the message; a function can add what was there in its place
 * @param timeoutMs how long to go on asking, in milliseconds
 * @param longestMs most time between two looks, in milliseconds
 * @throws Error that names what was awaited, when the condition does not hold in time
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  timeoutMs = TIMEOUT_MS,
  longestMs = LONGEST_MS,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  let interval = SHORTEST_MS;
  while (!(await condition())) {
    if (performance.now() > end)
      throw new Error(
        `Waited ${timeoutMs} ms without success for ${typeof what === 'string' ? what : what()}.`,
      );
    await sleep(interval);
    interval = Math.min(longestMs, interval * 1.2);
  }
}
