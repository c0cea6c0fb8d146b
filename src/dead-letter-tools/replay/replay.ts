import type { SinkError } from '../../record/errors.ts';
import type { Leases } from '../queue/lease.ts';
import type { Message } from '../queue/queue-client.ts';
import { receiveAll } from '../queue/receive.ts';
import type { Ledger } from './ledger.ts';
import { type DeadLetterParts, replayDeadLetters, subjectOf } from './replay-dead-letters.ts';
import { type OnFailureParts, replayOnFailure } from './replay-on-failure.ts';
import type { Sorted } from './sorter.ts';

export interface ReplayParts extends DeadLetterParts, OnFailureParts {
  readonly leases: Leases;
  /** Why on-failure messages are left alone; null when they are replayed. */
  readonly skipOnFailure: string | null;
  /** Dead letters in one batch, at most. */
  readonly batchSize: number;
}

/** Bytes of the messages in one batch; each message can have 1 MiB. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/**
 * Replays the messages of a queue, batch by batch; it receives the next batch while it works on one. It finishes the batch
 * that it works on, and the owner of the leases releases the rest. So a signal or a crash can end it at any point, and it
 * can be run again.
 *
 * @returns why it stopped early: records failed although nothing is wrong with them; null when it did not
 * @throws {SinkError} when the queue cannot be used
 */
export async function replay(parts: ReplayParts): Promise<SinkError | null> {
  const { leases, sorter, ledger, acknowledger, batchSize, pace, signal } = parts;
  const end = new AbortController();
  const source = receiveAll(leases, AbortSignal.any([signal, end.signal]));
  const collect = () => {
    const batch = collectBatch(source, batchSize);
    batch.catch(() => {});
    return batch;
  };
  let next = collect();
  try {
    for (;;) {
      const messages = await next;
      if (messages.length === 0 || signal.aborted) return null;
      next = collect();
      const sorted = sorter.sort(messages);
      reportLeft(sorted, ledger);
      await acknowledger.acknowledge(sorted.redelivered);
      const cause =
        (await replayDeadLetters(sorted, parts)) ??
        (await replayOnFailureMessages(sorted.onFailure, parts));
      if (cause) return cause;
      if (sorter.isFull) return null;
      await pace(sorted.deadLetters.length);
    }
  } finally {
    // Messages of a call under way must not arrive after the others were released.
    end.abort();
    await next.catch(() => {});
  }
}

async function collectBatch(
  source: AsyncGenerator<Message[]>,
  batchSize: number,
): Promise<Message[]> {
  const messages: Message[] = [];
  let bytes = 0;
  while (messages.length < batchSize && bytes < MAX_BATCH_BYTES) {
    const { value, done } = await source.next();
    if (done) break;
    for (const message of value) {
      messages.push(message);
      bytes += message.body.length;
    }
  }
  return messages;
}

async function replayOnFailureMessages(
  messages: Sorted['onFailure'],
  parts: ReplayParts,
): Promise<SinkError | null> {
  const { skipOnFailure, ledger, signal } = parts;
  for (const reading of messages) {
    if (signal.aborted) return null;
    const { id } = reading.message;
    if (skipOnFailure !== null) ledger.add({ id, messageId: id }, 'left', skipOnFailure);
    else {
      const cause = await replayOnFailure(reading, parts);
      if (cause) return cause;
    }
  }
  return null;
}

function reportLeft({ left }: Sorted, ledger: Ledger): void {
  for (const { reading, why } of left) {
    const { id } = reading.message;
    const subject = reading.kind === 'dead-letter' ? subjectOf(reading) : { id, messageId: id };
    ledger.add(subject, reading.kind === 'foreign' ? 'foreign' : 'left', why);
  }
}
