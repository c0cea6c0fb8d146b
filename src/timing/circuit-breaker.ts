import { doubling } from './retry.ts';

/** Whether something is asked: it is, it is probed, it is not. */
export type Circuit = 'closed' | 'half-open' | 'open';

export interface CircuitBreakerPolicy {
  /** Consecutive failures after which it opens. */
  readonly threshold: number;
  /** Milliseconds to the first probe. The delay doubles with each probe that fails. */
  readonly openMs: number;
  /** The longest delay between two probes, in milliseconds. */
  readonly maxOpenMs: number;
}

/** What an error says: nobody is there; somebody is, and has answered; neither. A probe must be answered. */
type Sign = 'failure' | 'answer' | 'nothing';

export interface CircuitBreakerParts {
  signOf(error: unknown): Sign;
  /** Makes the error for work that is not done. */
  refuse(last: unknown): Error;
  /** It is in another state now; it begins closed. */
  onChange(circuit: Circuit, last: unknown): void;
}

/** Does work, unless the breaker is open. */
export type CircuitBreaker = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A circuit breaker: after some consecutive failures nothing is asked any more but for a probe now and then, and the first
 * answer closes it. While a probe is under way, other work waits for what it brings.
 *
 * It measures time by the monotonic clock. That of cockatiel, which does the retries here, takes the wall clock: set back by
 * five minutes, it kept the breaker open for five minutes.
 */
export function createCircuitBreaker(
  { threshold, openMs, maxOpenMs }: CircuitBreakerPolicy,
  { signOf, refuse, onChange }: CircuitBreakerParts,
): CircuitBreaker {
  let circuit: Circuit = 'closed';
  let failures = 0;
  let last: unknown;
  /** Probes that failed since it opened. */
  let probes = 0;
  let probeAt = 0;
  let probe: Promise<unknown> | undefined;

  function change(to: Circuit): void {
    circuit = to;
    onChange(to, last);
  }

  function open(): void {
    probeAt = performance.now() + doubling(openMs, maxOpenMs, probes + 1);
    change('open');
  }

  function close(): void {
    failures = 0;
    probes = 0;
    change('closed');
  }

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      if (circuit === 'closed') failures = 0;
      return result;
    } catch (error) {
      const sign = signOf(error);
      if (sign === 'failure') {
        last = error;
        failures += 1;
        if (circuit === 'closed' && failures >= threshold) open();
      } else if (sign === 'answer' && circuit === 'closed') failures = 0;
      throw error;
    }
  }

  async function tryOut<T>(work: () => Promise<T>): Promise<T> {
    change('half-open');
    try {
      const result = await work();
      close();
      return result;
    } catch (error) {
      if (signOf(error) === 'answer') close();
      else {
        last = error;
        probes += 1;
        open();
      }
      throw error;
    }
  }

  return async (work) => {
    while (circuit === 'half-open') await probe?.catch(() => {});
    if (circuit === 'closed') return ask(work);
    if (performance.now() < probeAt) throw refuse(last);
    const result = tryOut(work);
    probe = result;
    return result;
  };
}
