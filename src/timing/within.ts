import { startDeadline } from './deadline.ts';

/**
 * Waits for work, at most `ms` milliseconds. Work that ignores the signal goes on after that; its result is dropped.
 *
 * @param work gets a signal that aborts when the time is over
 * @returns what the work returns
 * @throws {DeadlineError} when the time is over first
 * @throws what the work throws in that time
 */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(ms, `Not done within ${ms} ms.`);
  try {
    return await deadline.race(work(deadline.signal));
  } finally {
    deadline.clear();
  }
}

/**
 * Waits until a promise is settled, or until `ms` milliseconds have passed: the caller goes on either way.
 *
 * @throws what the promise rejects with in that time
 */
export async function waitAtMost(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  const deadline = startDeadline(ms);
  try {
    await deadline.race(Promise.resolve(promise));
  } catch (error) {
    if (error !== deadline.signal.reason) throw error;
  } finally {
    deadline.clear();
  }
}
