/** The time for the work is over. What is unfinished is delivered again. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly retriable = false;
}

/** The moment by which a batch must be answered. Every wait of the sink goes through it, so that nothing outlives it. */
export interface Deadline {
  /** Milliseconds left; 0 when it has passed. */
  remainingMs(): number;
  /** Aborts when the deadline passes. */
  readonly signal: AbortSignal;
  /**
   * Waits for a promise, at most until the deadline. The promise itself goes on: its maker must stop it.
   *
   * @throws {DeadlineError} when the deadline passes first
   */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Frees the timer. */
  clear(): void;
}

/** Node.js fires a timer at once when its delay is longer than this. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * @param ms time from now in milliseconds; a deadline that is not a positive number has passed already
 */
export function startDeadline(ms: number): Deadline {
  const end = performance.now() + ms;
  const controller = new AbortController();
  const expire = () => controller.abort(new DeadlineError('The time for the batch ran out.'));
  const timer = ms > 0 ? setTimeout(expire, Math.min(ms, MAX_TIMER_MS)) : undefined;
  if (!timer) expire();
  const { signal } = controller;
  return {
    remainingMs: () => (signal.aborted ? 0 : Math.max(0, end - performance.now())),
    signal,
    async race(promise) {
      const expired = Promise.withResolvers<never>();
      const reject = () => expired.reject(signal.reason);
      if (signal.aborted) reject();
      signal.addEventListener('abort', reject, { once: true });
      try {
        return await Promise.race([promise, expired.promise]);
      } finally {
        signal.removeEventListener('abort', reject);
      }
    },
    clear: () => clearTimeout(timer),
  };
}
