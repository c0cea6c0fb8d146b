import { CircuitOpenError, StoreError } from '../../record/errors.ts';
import type { CircuitBreakerSettings } from '../../settings/sink.ts';
import { type Circuit, createCircuitBreaker } from '../../timing/circuit-breaker.ts';
import { DeadlineError } from '../../timing/deadline.ts';
import { createRetry, type Retry, type RetryPolicy } from '../../timing/retry.ts';

export interface ResilienceEvents {
  onRetry(): void;
  /**
   * The circuit breaker is in another state now; it begins closed.
   *
   * @param cause the failure that opened it last; holds no data
   */
  onCircuit(circuit: Circuit, cause: string): void;
}

/**
 * Retries transient errors in place. Behind the retry stands one circuit breaker, which lives as long as the process,
 * so that during an outage a batch fails at once instead of waiting. Its probes are at most `maxOpenMs` apart, which
 * bounds how late the sink notices that the database is back. What is not transient is neither retried nor counted. Nor is a
 * statement that timed out: PostgreSQL itself has ended it, and so is there. Whoever sent it tries fewer rows, and finds out
 * whether some rows or a whole table take too long; other tables must not wait for that. A server that is frozen ends
 * nothing, and the client that gives it up throws a transient error.
 *
 * @param random 0 to 1, for the jitter
 */
export function createResilience(
  retryConfig: RetryPolicy,
  breakerConfig: CircuitBreakerSettings,
  events: ResilienceEvents,
  random?: () => number,
): Retry {
  const retry = createRetry(retryConfig, events.onRetry, random);
  const guarded = createCircuitBreaker(breakerConfig, {
    signOf(error) {
      // Less time was left than an answer can take.
      if (error instanceof DeadlineError) return 'nothing';
      return error instanceof StoreError && error.retriable ? 'failure' : 'answer';
    },
    refuse: (last) =>
      new CircuitOpenError(
        `PostgreSQL failed repeatedly; the circuit breaker is open; last: ${describe(last)}`,
      ),
    onChange: (circuit, last) => events.onCircuit(circuit, describe(last)),
  });
  return (deadline, attempt) => retry(deadline, () => guarded(attempt));
}

/** Only errors of this project are counted, and their messages quote nothing. */
const describe = (failure: unknown) => (failure as Error).message;
