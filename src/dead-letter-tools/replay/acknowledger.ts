import { SQS_MAX_BYTES, sqsMessage } from '../../dead-letter/sqs-message.ts';
import type { Leases } from '../queue/lease.ts';
import type { Message, QueueClient } from '../queue/queue-client.ts';
import { ATTEMPTS, type DeadLetterReading } from '../reading/read-message.ts';
import type { Sorter } from './sorter.ts';

/** What a replay does to the queue. */
export interface Acknowledger {
  /** Deletes messages whose records are safe, or that nobody needs any more. */
  acknowledge(messages: readonly Message[]): Promise<void>;
  /**
   * Counts one more failed attempt to replay dead letters.
   *
   * @returns those whose attempt could not be counted, and why; they stay as they were
   */
  countAttempt(
    deadLetters: readonly DeadLetterReading[],
  ): Promise<ReadonlyMap<DeadLetterReading, string>>;
  /** Messages that SQS did not delete. It delivers them again, and they are recognised then. */
  readonly undeleted: number;
}

/**
 * SQS cannot change a message, so a replacement counts an attempt: the same body and attributes, with one attempt more. It
 * is sent before the old message is deleted; in the other order a crash would lose the dead letter. A crash between the two
 * steps leaves two dead letters of one record with the same id and content, and the next run deletes the duplicate. SQS's
 * own receive count is of no use here, as it also grows when a command only looks at the message.
 */
export function createAcknowledger(
  queue: QueueClient,
  leases: Leases,
  sorter: Sorter,
): Acknowledger {
  let undeleted = 0;

  async function acknowledge(messages: readonly Message[]): Promise<void> {
    // First, as SQS may deliver them again while they are being deleted.
    for (const message of messages) sorter.markAcknowledged(message);
    undeleted += (await leases.remove(messages)).length;
  }

  return {
    acknowledge,
    async countAttempt(deadLetters) {
      const uncounted = new Map<DeadLetterReading, string>();
      const replacements = deadLetters.flatMap((reading) => {
        const message = replacementOf(reading);
        if (message.bytes <= SQS_MAX_BYTES) return [{ reading, message }];
        uncounted.set(
          reading,
          'the attempt could not be counted: the message is as large as SQS accepts',
        );
        return [];
      });
      const ids = await queue.send(replacements.map(({ message }) => message));
      const replaced = replacements.filter(({ reading }, index) => {
        const id = ids[index] ?? null;
        if (id === null)
          uncounted.set(
            reading,
            'the attempt could not be counted: SQS did not accept the message',
          );
        else sorter.markOwn(id);
        return id !== null;
      });
      await acknowledge(replaced.map(({ reading }) => reading.message));
      return uncounted;
    },
    get undeleted() {
      return undeleted;
    },
  };
}

function replacementOf({ message, attempts }: DeadLetterReading) {
  return sqsMessage(message.body, {
    ...message.attributes,
    [ATTEMPTS]: { DataType: 'Number', StringValue: String(attempts + 1) },
  });
}

/** For a dry run: leaves the queue as it is. */
export const ACKNOWLEDGE_NOTHING: Acknowledger = {
  acknowledge: async () => {},
  countAttempt: async () => new Map(),
  undeleted: 0,
};
