import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { SinkError } from '../record/errors.ts';
import type { Deadline } from './deadline.ts';

/** How often to try again, and after which delays. */
export interface RetryPolicy {
  /** Retries after the first try. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of the delay by which it varies at random, 0 to 1. */
  readonly jitter: number;
}

/** Runs an attempt, and again when it throws a retriable error, at most until the deadline. */
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
  const policy = retry(
    handleWhen((error) => error instanceof SinkError && error.retriable),
    {
      maxAttempts: config.maxAttempts,
      backoff: new DelegateBackoff(({ attempt }: { attempt: number }) => {
        const nominal = doubling(config.baseDelayMs, config.maxDelayMs, attempt);
        return Math.min(config.maxDelayMs, nominal * (1 + config.jitter * (2 * random() - 1)));
      }),
    },
  );
  policy.onRetry(onRetry);
  return (deadline, attempt) => {
    // cockatiel starts another attempt when its delay ends, even if the signal was aborted during the delay.
    const bounded = async () => {
      deadline.signal.throwIfAborted();
      return attempt();
    };
    return deadline.race(policy.execute(bounded, deadline.signal));
  };
}

/** @param attempt from 1 */
export function doubling(first: number, most: number, attempt: number): number {
  return Math.min(most, first * 2 ** (attempt - 1));
}
