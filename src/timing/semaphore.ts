import type { Deadline } from './deadline.ts';

/** Does work for a few callers at a time; the others wait for their turn, in order, until their deadline. */
export type Semaphore = <T>(deadline: Deadline, work: () => Promise<T>) => Promise<T>;

/** @param limit how many at a time */
export function createSemaphore(limit: number): Semaphore {
  let free = limit;
  const waiting: PromiseWithResolvers<void>[] = [];

  function release(): void {
    const next = waiting.shift();
    if (next) next.resolve();
    else free += 1;
  }

  async function wait(deadline: Deadline): Promise<void> {
    const turn = Promise.withResolvers<void>();
    waiting.push(turn);
    try {
      await deadline.race(turn.promise);
    } catch (error) {
      const index = waiting.indexOf(turn);
      if (index >= 0) waiting.splice(index, 1);
      // Its turn came just as its time was over.
      else release();
      throw error;
    }
  }

  return async (deadline, work) => {
    if (free > 0) free -= 1;
    else await wait(deadline);
    try {
      return await work();
    } finally {
      release();
    }
  };
}
