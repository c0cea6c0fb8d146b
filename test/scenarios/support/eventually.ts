import { setTimeout as sleep } from 'node:timers/promises';

/** What is waited for takes milliseconds; a busy machine may need this long. */
const BOUND_MS = 60_000;
/** Each look asks PostgreSQL or Kafka, which have other work to do. */
const INTERVAL_MS = 50;

/**
 * Waits until a condition holds.
 *
 * @param what is waited for, for the message
 * @throws Error when it does not hold within a minute
 */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const end = performance.now() + BOUND_MS;
  while (!(await condition())) {
    if (performance.now() > end)
      throw new Error(`Waited ${BOUND_MS / 1000} s in vain for ${what}.`);
    await sleep(INTERVAL_MS);
  }
}
