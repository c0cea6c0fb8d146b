import { setImmediate } from 'node:timers/promises';

/**
 * Items that are worked on in one turn of the event loop: a millisecond or so for records. Few, so that PostgreSQL has
 * work soon on all connections; from 50 to 1,000 it made no difference that could be told from noise.
 */
const SLICE = 250;

/** Does some work a few items at a time. In between, what it began can go on, and the process can answer others. */
export async function inSlices<T>(
  items: Iterable<T>,
  work: (slice: readonly T[]) => void,
): Promise<void> {
  let slice: T[] = [];
  for (const item of items) {
    if (slice.length === SLICE) {
      work(slice);
      slice = [];
      await setImmediate();
    }
    slice.push(item);
  }
  if (slice.length > 0) work(slice);
}
