import { setImmediate } from 'node:timers/promises';

/**
 * Items that are worked on in one turn of the event loop: a millisecond or so for records. Few, so that PostgreSQL has
 * work soon on all connections; from 50 to 1,000 it made no difference that could be told from noise.
 */
const SLICE = 250;

/** Does some work a few items at a time. In between, what it began can go on, and the process can answer others. */
export async function inSlices<T>(
  items: readonly T[],
  work: (slice: readonly T[]) => void,
): Promise<void> {
  for (let from = 0; from < items.length; from += SLICE) {
    if (from > 0) await setImmediate();
    work(items.slice(from, from + SLICE));
  }
}
