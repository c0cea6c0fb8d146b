import { DeadlineError, MAX_TIMER_MS } from './deadline.ts';

/**
 * Waits for work, at most `ms` milliseconds. Work that ignores the signal goes on after that; its result is dropped.
 *
 * @param work gets a signal that aborts when the time is over
 * @returns what the work returns
 * @throws {DeadlineError} when the time is over first
 * @throws what the work throws in that time
 */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const expire = () => {
    const error = new DeadlineError(`Not done within ${ms} ms.`);
    controller.abort(error);
    late.reject(error);
  };
  const timer = setTimeout(expire, Math.min(ms, MAX_TIMER_MS));
  try {
    return await Promise.race([work(controller.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for a promise, or until `ms` milliseconds have passed: the caller goes on either way.
 *
 * @throws what the promise rejects with in that time
 */
export async function waitAtMost(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, Math.min(ms, MAX_TIMER_MS));
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
