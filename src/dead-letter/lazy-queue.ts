import { codeOf, DeadLetterError } from '../record/errors.ts';
import type { CircuitBreakerSettings } from '../settings/sink.ts';
import { lazy } from '../timing/lazy.ts';
import type { Retry } from '../timing/retry.ts';
import type { DeadLetterQueue, openQueue } from './open-queue.ts';
import type { SendDeadLetters } from './queue.ts';

/** The dead-letter queue, once it is there. */
type OpenQueue = (...parts: Parameters<typeof openQueue>) => Promise<DeadLetterQueue>;

/** Its code and the client of SQS come with it. */
const load: OpenQueue = async (...parts) => (await import('./open-queue.ts')).openQueue(...parts);

/**
 * The dead-letter queue. It is loaded with the first dead letter: most batches have none, and many processes never have
 * one. Where that fails, the dead letters of the batch have failed, and the next batch loads it again.
 *
 * @param retry for what SQS did not accept
 */
export function openWhenNeeded(
  queueUrl: string,
  retry: Retry,
  circuitBreaker: CircuitBreakerSettings,
  open = load,
): { readonly send: SendDeadLetters; close(): Promise<void> } {
  let opened: DeadLetterQueue | undefined;
  const queue = lazy(async () => {
    opened = await open(queueUrl, retry, circuitBreaker);
    return opened;
  });
  return {
    async send(rejected, source, deadline) {
      if (rejected.length === 0) return { deadLettered: [], failed: [] };
      let send: SendDeadLetters;
      try {
        ({ send } = await queue());
      } catch (error) {
        const cause = new DeadLetterError(
          `The client of the dead-letter queue could not be loaded (${codeOf(error)}).`,
        );
        return { deadLettered: [], failed: rejected.map(({ record }) => ({ record, cause })) };
      }
      return send(rejected, source, deadline);
    },
    async close() {
      opened?.close();
    },
  };
}
