import { CONCURRENCY } from '../../timing/concurrently.ts';
import type { Leases } from './lease.ts';
import type { Message } from './queue-client.ts';

/**
 * Receives the visible messages of a queue, as fast as the caller takes them, until SQS has no more. It does not wait for
 * messages that are in flight elsewhere.
 *
 * SQS can answer with nothing although messages are there. An empty answer therefore counts only if the other calls
 * brought hardly anything in the meantime.
 *
 * @param signal ends it early, after the calls under way
 */
export async function* receiveAll(leases: Leases, signal: AbortSignal): AsyncGenerator<Message[]> {
  type Answer = { readonly call: Promise<Answer>; readonly messages: Message[] };
  const calls = new Set<Promise<Answer>>();
  let filled = 0;
  let drained = false;
  const begin = () => {
    const before = filled;
    const call: Promise<Answer> = leases.receive().then((messages) => {
      if (messages.length > 0) filled += 1;
      else if (filled - before <= CONCURRENCY) drained = true;
      return { call, messages };
    });
    // The race below reports the first failure; the others must not count as unhandled.
    call.catch(() => {});
    calls.add(call);
  };
  for (;;) {
    while (calls.size < CONCURRENCY && !drained && !signal.aborted && !leases.isFull) begin();
    if (calls.size === 0) return;
    const { call, messages } = await Promise.race(calls);
    calls.delete(call);
    if (messages.length > 0) yield messages;
  }
}
