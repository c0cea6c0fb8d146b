import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel';
import { CircuitOpenError, StoreError } from '../../record/errors.ts';
import type { CircuitBreakerSettings } from '../../settings/sink.ts';
import { DeadlineError } from '../../timing/deadline.ts';
import { createRetry, doubling, type Retry, type RetryPolicy } from '../../timing/retry.ts';

/** Whether PostgreSQL is asked: it is, it is probed, it is not. */
export type Circuit = 'closed' | 'half-open' | 'open';

export interface ResilienceEvents {
  onRetry(): void;
  /** The circuit is in another state now; it begins closed. */
  onCircuit(circuit: Circuit): void;
}

const CIRCUITS: Readonly<Partial<Record<CircuitState, Circuit>>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
};

/**
 * Retries transient errors in place. Behind the retry stands one circuit breaker, which lives as long as the process,
 * so that during an outage a batch fails at once instead of waiting. Its probes are at most `maxOpenMs` apart, which
 * bounds how late the sink notices that the database is back. What is not transient is neither retried nor counted.
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
  const breaker: CircuitBreakerPolicy = circuitBreaker(
    // A probe that got no answer within its time has not shown that the database is back.
    handleWhen(
      (error) =>
        (error instanceof StoreError && error.retriable) ||
        (error instanceof DeadlineError && breaker.state === CircuitState.HalfOpen),
    ),
    {
      breaker: new ConsecutiveBreaker(breakerConfig.threshold),
      halfOpenAfter: new DelegateBackoff(({ attempt }: { attempt: number }) =>
        doubling(breakerConfig.openMs, breakerConfig.maxOpenMs, attempt),
      ),
    },
  );
  breaker.onStateChange((state) => {
    const circuit = CIRCUITS[state];
    if (circuit) events.onCircuit(circuit);
  });
  return (deadline, attempt) =>
    retry(deadline, () =>
      breaker.execute(attempt).catch((error) => {
        if (!(error instanceof BrokenCircuitError)) throw error;
        throw new CircuitOpenError('PostgreSQL failed repeatedly; the circuit breaker is open.');
      }),
    );
}
