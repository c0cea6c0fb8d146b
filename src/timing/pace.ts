import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Keeps work to a rate: the time that it may take is counted from its beginning, so that a slow part is made up for.
 *
 * @param rate things a second; null for no limit
 * @returns waits behind so many things; a signal ends the waiting
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
