import { CONCURRENCY } from './batches.ts';
import type { Holder } from './holder.ts';
import type { Message } from './mailbox.ts';

/**
 * Receives what waits in a queue, as fast as it is asked for, until SQS answers with nothing. Messages that are in other
 * hands are not waited for.
 *
 * @param signal ends it early, with what is under way
 */
export async function* receiveAll(holder: Holder, signal: AbortSignal): AsyncGenerator<Message[]> {
  type Answer = { readonly call: Promise<Answer>; readonly messages: Message[] };
  const calls = new Set<Promise<Answer>>();
  let drained = false;
  const begin = () => {
    const call: Promise<Answer> = holder.receive().then((messages) => ({ call, messages }));
    // Whoever fails first is awaited below; the others must not count as unhandled.
    call.catch(() => {});
    calls.add(call);
  };
  for (;;) {
    while (calls.size < CONCURRENCY && !drained && !signal.aborted && !holder.isFull) begin();
    if (calls.size === 0) return;
    const { call, messages } = await Promise.race(calls);
    calls.delete(call);
    if (messages.length === 0) drained = true;
    else yield messages;
  }
}
