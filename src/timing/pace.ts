import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps work to a rate. It counts from the first thing on, so faster work makes up for slow work.
 *
 * @param rate things a second; null for no limit
 * @param signal ends the waiting
 * @returns a function to call after `count` things; it waits until the rate allows the next
 */
export function createPace(
  rate: number | null,
  signal: AbortSignal,
): (count: number) => Promise<void> {
  let done = 0;
  let start: number | null = null;
  return async (count) => {
    if (rate === null || count === 0) return;
    start ??= performance.now();
    done += count;
    const early = start + (done / rate) * 1000 - performance.now();
    if (early > 0) await sleep(early, undefined, { signal }).catch(() => {});
  };
}
