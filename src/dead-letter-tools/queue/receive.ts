import type { Holder } from './lease.ts';
import { CONCURRENCY, type Message } from './queue-client.ts';

/**
 * Receives what waits in a queue, as fast as it is asked for, until SQS answers with nothing. Messages that are in other
 * hands are not waited for.
 *
 * SQS can answer with nothing although something is there. So an empty answer counts only where hardly anything has come
 * by the other calls meanwhile.
 *
 * @param signal ends it early, with what is under way
 */
export async function* receiveAll(holder: Holder, signal: AbortSignal): AsyncGenerator<Message[]> {
  type Answer = { readonly call: Promise<Answer>; readonly messages: Message[] };
  const calls = new Set<Promise<Answer>>();
  let filled = 0;
  let drained = false;
  const begin = () => {
    const before = filled;
    const call: Promise<Answer> = holder.receive().then((messages) => {
      if (messages.length > 0) filled += 1;
      else if (filled - before <= CONCURRENCY) drained = true;
      return { call, messages };
    });
    // Whoever fails first is awaited below; the others must not count as unhandled.
    call.catch(() => {});
    calls.add(call);
  };
  for (;;) {
    while (calls.size < CONCURRENCY && !drained && !signal.aborted && !holder.isFull) begin();
    if (calls.size === 0) return;
    const { call, messages } = await Promise.race(calls);
    calls.delete(call);
    if (messages.length > 0) yield messages;
  }
}
