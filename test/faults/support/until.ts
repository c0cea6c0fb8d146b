import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition holds.
 *
 * @param what is waited for, for the message
 * @throws Error when it does not hold after `boundMs`
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  boundMs = 30_000,
): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${boundMs} ms in vain for ${what}.`);
    await sleep(5);
  }
}
