import type { Mailbox, Message, Receipt } from './queue-client.ts';

/** SQS hands out 120,000 messages of a queue at most, to all its readers together. */
const MAX_HELD = 100_000;

/** Messages that were received and are neither deleted nor given back. */
export interface Holder {
  /** Takes the queue's next messages, at most ten; none after waiting for a second. */
  receive(): Promise<Message[]>;
  /** How many are held. */
  readonly size: number;
  /** Whether no more should be received. */
  readonly isFull: boolean;
  /** Deletes messages. @returns those that SQS did not delete; they are held no more, and come back by themselves */
  remove(messages: readonly Receipt[]): Promise<readonly Receipt[]>;
  /** Gives all back at once, so that others see them without waiting, and stops. */
  release(): Promise<void>;
}

interface Held {
  /** Of the last receipt: SQS promises nothing about the handle of an earlier one. */
  readonly receipt: Receipt;
  /** When it is to be hidden anew, as of `performance.now()`. */
  readonly renewAt: number;
}

/**
 * Keeps messages hidden from others as long as they are held. Where this process dies they come back by themselves, when
 * the time is up that they were hidden for last.
 *
 * What is received stays held, also what is only looked at: given back earlier it would be received again and again, and
 * nobody could tell when the queue has been seen.
 *
 * @param hiddenSeconds for which a message is hidden at a time; when half of that is over, it is hidden anew
 */
export function createHolder(mailbox: Mailbox, hiddenSeconds: number): Holder {
  /** By the id of the message: one whose time ran out is received twice. */
  const held = new Map<string, Held>();
  const receiving = new Set<Promise<unknown>>();
  let renewing: Promise<void> | null = null;
  const nextRenewal = () => performance.now() + hiddenSeconds * 500;

  async function renew(): Promise<void> {
    const now = performance.now();
    const due = [...held.values()].filter(({ renewAt }) => renewAt <= now);
    const receipts = due.map(({ receipt }) => receipt);
    const renewAt = nextRenewal();
    for (const receipt of receipts) held.set(receipt.id, { receipt, renewAt });
    try {
      await mailbox.hide(receipts, hiddenSeconds);
    } catch {
      // Tried again at once. What comes back too early is recognised; a queue that is away is noticed elsewhere.
      for (const receipt of receipts)
        if (held.has(receipt.id)) held.set(receipt.id, { receipt, renewAt: now });
    }
  }

  const timer = setInterval(() => {
    renewing ??= renew().finally(() => {
      renewing = null;
    });
  }, hiddenSeconds * 100);

  return {
    async receive() {
      const renewAt = nextRenewal();
      const call = mailbox.receive(hiddenSeconds);
      receiving.add(call);
      try {
        const messages = await call;
        // Not the bodies, which can have a megabyte each.
        for (const { id, handle } of messages) held.set(id, { receipt: { id, handle }, renewAt });
        return messages;
      } finally {
        receiving.delete(call);
      }
    },
    get size() {
      return held.size;
    },
    get isFull() {
      return held.size >= MAX_HELD;
    },
    async remove(messages) {
      const left = await mailbox.remove(messages.map((one) => held.get(one.id)?.receipt ?? one));
      for (const { id } of messages) held.delete(id);
      return left;
    },
    async release() {
      clearInterval(timer);
      // What is under way may bring messages, which must not stay hidden.
      await Promise.allSettled([...receiving, renewing]);
      const receipts = [...held.values()].map(({ receipt }) => receipt);
      held.clear();
      await mailbox.hide(receipts, 0);
    },
  };
}
