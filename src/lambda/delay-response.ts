import type { Deadline } from '../timing/deadline.ts';

/**
 * Holds a response with failures back. A mapping gives a batch up after a number of deliveries, and while the circuit
 * breaker is open a delivery fails within milliseconds: without a wait, an outage of minutes would use up the 10,000 that
 * are allowed.
 *
 * @param ms at most; the deadline cuts it short
 */
export async function delayResponse(ms: number, deadline: Deadline): Promise<void> {
  if (ms === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await deadline.race(promise).catch(() => clearTimeout(timer));
}
