import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { type Deadline, DeadlineError } from './deadline.ts';

/** How often to try again, and after which delays. */
export interface RetryPolicy {
  /** Retries after the first try. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of the delay by which it varies at random, 0 to 1. */
  readonly jitter: number;
}

/** Runs an attempt, and again when it throws an error whose `retriable` is true, at most until the deadline. */
export type Retry = <T>(deadline: Deadline, attempt: () => Promise<T>) => Promise<T>;

/**
 * The retry policy: delays that double from `baseDelayMs` up to `maxDelayMs`, and vary at random.
 *
 * @param onRetry is called before each delay
 * @param random 0 to 1, for the jitter
 */
export function createRetry(
  config: RetryPolicy,
  onRetry: () => void,
  random: () => number = Math.random,
): Retry {
  const policy = retry(handleWhen(isRetriable), {
    maxAttempts: config.maxAttempts,
    backoff: new DelegateBackoff(({ attempt }: { attempt: number }) => {
      const nominal = doubling(config.baseDelayMs, config.maxDelayMs, attempt);
      return Math.min(config.maxDelayMs, nominal * (1 + config.jitter * (2 * random() - 1)));
    }),
  });
  policy.onRetry(onRetry);
  return async (deadline, attempt) => {
    let last: Error | undefined;
    // cockatiel starts another attempt when its delay ends, even if the signal was aborted during the delay.
    const bounded = async () => {
      deadline.signal.throwIfAborted();
      return attempt().catch((error) => {
        if (isRetriable(error)) last = error;
        throw error;
      });
    };
    try {
      return await deadline.race(policy.execute(bounded, deadline.signal));
    } catch (error) {
      // Without it nobody learns what has taken the time.
      if (error instanceof DeadlineError && last)
        throw new DeadlineError(`${error.message} The try before: ${last.message}`);
      throw error;
    }
  };
}

const isRetriable = (error: unknown): error is Error => Object(error).retriable === true;

/**
 * The delay before an attempt: `first`, doubled with each attempt, at most `most`, all in milliseconds.
 *
 * @param attempt from 1
 */
export function doubling(first: number, most: number, attempt: number): number {
  return Math.min(most, first * 2 ** (attempt - 1));
}
