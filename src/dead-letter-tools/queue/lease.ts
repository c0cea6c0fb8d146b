import type { Message, QueueClient, Receipt } from './queue-client.ts';

/** SQS allows 120,000 messages of a queue in flight, for all its readers together. */
const MAX_LEASED = 100_000;

/** Messages that this process has received, and has neither deleted nor released. */
export interface Leases {
  /** Receives the queue's next messages, at most ten; none after a wait of one second. */
  receive(): Promise<Message[]>;
  /** How many messages are leased. */
  readonly size: number;
  /** Whether no more messages should be received. */
  readonly isFull: boolean;
  /**
   * Deletes messages, and ends their leases.
   *
   * @returns those that SQS did not delete; they become visible again when their visibility timeout is over
   */
  remove(messages: readonly Receipt[]): Promise<readonly Receipt[]>;
  /** Releases all messages, so that others see them at once, and stops. */
  release(): Promise<void>;
}

interface Lease {
  /** The newest one: SQS promises nothing about the handle of an earlier receipt. */
  readonly receipt: Receipt;
  /** When the lease is to be extended, as of `performance.now()`. */
  readonly extendAt: number;
}

/**
 * Extends the leases of received messages until they are deleted or released. When this process dies, the messages become
 * visible to others as soon as their visibility timeout is over.
 *
 * A message stays leased even when a command only looks at it: SQS would deliver a released message again and again, and
 * the command could not tell when it has seen the whole queue.
 *
 * @param leaseSeconds the visibility timeout of a message; when half of it is over, the lease is extended
 */
export function createLeases(queue: QueueClient, leaseSeconds: number): Leases {
  /** By message id: SQS delivers a message again when its lease ran out. */
  const leased = new Map<string, Lease>();
  const receiving = new Set<Promise<unknown>>();
  let extending: Promise<void> | null = null;
  const nextExtension = () => performance.now() + leaseSeconds * 500;

  async function extend(): Promise<void> {
    const now = performance.now();
    const due = [...leased.values()].filter(({ extendAt }) => extendAt <= now);
    const receipts = due.map(({ receipt }) => receipt);
    const extendAt = nextExtension();
    for (const receipt of receipts) leased.set(receipt.id, { receipt, extendAt });
    try {
      await queue.extendLease(receipts, leaseSeconds);
    } catch {
      // The next tick tries again. A redelivered message is recognised, and every other call reports an unreachable queue.
      for (const receipt of receipts)
        if (leased.has(receipt.id)) leased.set(receipt.id, { receipt, extendAt: now });
    }
  }

  const timer = setInterval(() => {
    extending ??= extend().finally(() => {
      extending = null;
    });
  }, leaseSeconds * 100);

  return {
    async receive() {
      const extendAt = nextExtension();
      const call = queue.receive(leaseSeconds);
      receiving.add(call);
      try {
        const messages = await call;
        // Without the bodies, which can have a megabyte each.
        for (const { id, handle } of messages)
          leased.set(id, { receipt: { id, handle }, extendAt });
        return messages;
      } finally {
        receiving.delete(call);
      }
    },
    get size() {
      return leased.size;
    },
    get isFull() {
      return leased.size >= MAX_LEASED;
    },
    async remove(messages) {
      const left = await queue.remove(messages.map((one) => leased.get(one.id)?.receipt ?? one));
      for (const { id } of messages) leased.delete(id);
      return left;
    },
    async release() {
      clearInterval(timer);
      // A call under way may still bring messages, which must be released too.
      await Promise.allSettled([...receiving, extending]);
      const receipts = [...leased.values()].map(({ receipt }) => receipt);
      leased.clear();
      await queue.release(receipts);
    },
  };
}
