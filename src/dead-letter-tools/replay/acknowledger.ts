import { outgoingMessage, SQS_MAX_BYTES } from '../../dead-letter/outgoing-message.ts';
import type { Leases } from '../queue/lease.ts';
import type { Message, QueueClient } from '../queue/queue-client.ts';
import { ATTEMPTS, type DeadLetterReading } from '../reading/read-message.ts';
import type { Sorter } from './sorter.ts';

/** What is done to the queue. */
export interface Settler {
  /** Deletes messages whose records are safe, or that are not wanted any more. */
  remove(messages: readonly Message[]): Promise<void>;
  /** Counts one more attempt at letters. @returns those that could not be counted, and why; they stay as they were */
  countAttempt(
    letters: readonly DeadLetterReading[],
  ): Promise<ReadonlyMap<DeadLetterReading, string>>;
  /** Messages that SQS did not delete; they come again, and are recognised then. */
  readonly undeleted: number;
}

/**
 * A message of SQS cannot be changed, so an attempt is counted by another one in its place: the same body and attributes,
 * with one attempt more. It is sent before the old one is deleted, for the other way round a crash would lose the letter.
 * A crash between both leaves two letters of one record: they have the same id and content, and the next run deletes one of
 * them with the other. The count would be lost with the receipt handle in any other place: SQS's own receive count grows
 * with each look into the queue too.
 */
export function createSettler(queue: QueueClient, leases: Leases, sorter: Sorter): Settler {
  let undeleted = 0;

  async function remove(messages: readonly Message[]): Promise<void> {
    // Before, for while they are deleted they may be received again.
    for (const message of messages) sorter.done(message);
    undeleted += (await leases.remove(messages)).length;
  }

  return {
    remove,
    async countAttempt(letters) {
      const uncounted = new Map<DeadLetterReading, string>();
      const fitting = letters.flatMap((reading) => {
        const message = replacementOf(reading);
        if (message.bytes <= SQS_MAX_BYTES) return [{ reading, message }];
        uncounted.set(reading, 'its attempt could not be counted: it is as large as SQS takes');
        return [];
      });
      const ids = await queue.send(fitting.map(({ message }) => message));
      const replaced = fitting.filter(({ reading }, index) => {
        const id = ids[index] ?? null;
        if (id === null)
          uncounted.set(
            reading,
            'its attempt could not be counted: SQS did not accept the message',
          );
        else sorter.own(id);
        return id !== null;
      });
      await remove(replaced.map(({ reading }) => reading.message));
      return uncounted;
    },
    get undeleted() {
      return undeleted;
    },
  };
}

function replacementOf({ message, attempts }: DeadLetterReading) {
  return outgoingMessage(message.body, {
    ...message.attributes,
    [ATTEMPTS]: { DataType: 'Number', StringValue: String(attempts + 1) },
  });
}

/** Leaves the queue as it is. */
export const TOUCH_NOTHING: Settler = {
  remove: async () => {},
  countAttempt: async () => new Map(),
  undeleted: 0,
};
