import type { SinkError } from '../../record/errors.ts';
import type { Leases } from '../queue/lease.ts';
import type { Message } from '../queue/queue-client.ts';
import { receiveAll } from '../queue/receive.ts';
import type { Ledger } from './ledger.ts';
import { type LettersParts, replayLetters, subjectOf } from './replay-dead-letters.ts';
import { type NoticeParts, replayNotice } from './replay-on-failure.ts';
import type { Sorted } from './sorter.ts';

export interface ReplayParts extends LettersParts, NoticeParts {
  readonly leases: Leases;
  /** Why Lambda's notes are left alone; null where they are replayed. */
  readonly noNotices: string | null;
  /** Letters of one batch at most. */
  readonly batchSize: number;
}

/** Bytes of the messages of one batch, which can have 1 MiB each. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/**
 * Takes what is in a queue where it belongs, batch by batch: while one is worked on, the next is received. Each batch is
 * finished, and what is left is given back by whoever holds it; so it can be ended at any point, by a signal or by a
 * crash, and run again.
 *
 * @returns why it stopped early: records were not taken although nothing is wrong with them; null where it did not
 * @throws {SinkError} where the queue cannot be used
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
      await acknowledger.acknowledge(sorted.again);
      const cause =
        (await replayLetters(sorted, parts)) ?? (await replayNotices(sorted.notices, parts));
      if (cause) return cause;
      if (sorter.isFull) return null;
      await pace(sorted.letters.length);
    }
  } finally {
    // What is being received must not come after the rest was given back.
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

async function replayNotices(
  notices: Sorted['notices'],
  parts: ReplayParts,
): Promise<SinkError | null> {
  const { noNotices, ledger, signal } = parts;
  for (const notice of notices) {
    if (signal.aborted) return null;
    const { id } = notice.message;
    if (noNotices !== null) ledger.add({ id, messageId: id }, 'left', noNotices);
    else {
      const cause = await replayNotice(notice, parts);
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
