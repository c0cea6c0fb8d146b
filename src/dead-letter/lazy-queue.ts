import type { Retry } from '../timing/retry.ts';
import type { DeadLetterQueue } from './open-queue.ts';
import type { SendDeadLetters } from './queue.ts';

/**
 * The dead-letter queue. Its code and the client of SQS are loaded with the first dead letter: most batches have none, and
 * many processes never have one.
 *
 * @param retry for what SQS did not accept
 */
export function openWhenNeeded(
  queueUrl: string,
  retry: Retry,
): { readonly send: SendDeadLetters; close(): Promise<void> } {
  let opened: Promise<DeadLetterQueue> | undefined;
  return {
    async send(rejected, source, deadline) {
      if (rejected.length === 0) return { deadLettered: [], failed: [] };
      opened ??= import('./open-queue.ts').then(({ openQueue }) => openQueue(queueUrl, retry));
      return (await opened).send(rejected, source, deadline);
    },
    async close() {
      (await opened)?.close();
    },
  };
}
