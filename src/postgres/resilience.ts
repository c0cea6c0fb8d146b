import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { CircuitBreakerConfig, RetryConfig } from '../config.ts';
import { CircuitOpenError, StoreError } from '../errors.ts';
import type { Deadline } from '../sink/deadline.ts';

/** Runs an attempt by the retry policy, behind the circuit breaker. */
export type Resilience = <T>(deadline: Deadline, attempt: () => Promise<T>) => Promise<T>;

export interface ResilienceEvents {
  onRetry(): void;
  onCircuitOpen(): void;
}

/**
 * Retries transient errors in place. Behind the retry stands one circuit breaker, which lives as long as the process,
 * so that during an outage a batch fails at once instead of waiting. Its probes are at most `maxOpenMs` apart, which
 * bounds how late the sink notices that the database is back. What is not transient is neither retried nor counted.
 *
 * @param random 0 to 1, for the jitter
 */
export function createResilience(
  retryConfig: RetryConfig,
  breakerConfig: CircuitBreakerConfig,
  events: ResilienceEvents,
  random: () => number = Math.random,
): Resilience {
  const transient = handleWhen((error) => error instanceof StoreError && error.retriable);
  const retries = retry(transient, {
    maxAttempts: retryConfig.maxAttempts,
    backoff: new DelegateBackoff(({ attempt }: { attempt: number }) => {
      const nominal = doubling(retryConfig.baseDelayMs, retryConfig.maxDelayMs, attempt);
      return nominal * (1 + retryConfig.jitter * (2 * random() - 1));
    }),
  });
  const breaker = circuitBreaker(transient, {
    breaker: new ConsecutiveBreaker(breakerConfig.threshold),
    halfOpenAfter: new DelegateBackoff(({ attempt }: { attempt: number }) =>
      doubling(breakerConfig.openMs, breakerConfig.maxOpenMs, attempt),
    ),
  });
  retries.onRetry(events.onRetry);
  breaker.onBreak(events.onCircuitOpen);
  const policy = wrap(retries, breaker);

  return async (deadline, attempt) => {
    // cockatiel starts another attempt when its delay ends, even if the signal was aborted during the delay.
    const bounded = async () => {
      deadline.signal.throwIfAborted();
      return attempt();
    };
    try {
      return await deadline.race(policy.execute(bounded, deadline.signal));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new CircuitOpenError('PostgreSQL failed repeatedly; the circuit breaker is open.');
    }
  };
}

function doubling(first: number, most: number, attempt: number): number {
  return Math.min(most, first * 2 ** (attempt - 1));
}
