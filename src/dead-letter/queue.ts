import type { JsonService } from '../aws/json-service.ts';
import { DeadLetterError, isSinkError } from '../record/errors.ts';
import type { Failed, Rejected } from '../record/fates.ts';
import type { Deadline } from '../timing/deadline.ts';
import type { Retry } from '../timing/retry.ts';
import { packBatches } from './sqs-message.ts';
import { type WrittenDeadLetter, writeDeadLetter } from './write-dead-letter.ts';

export interface Sent {
  /** SQS accepted their dead letters. */
  readonly deadLettered: readonly Rejected[];
  readonly failed: readonly Failed[];
}

/** Sends dead letters for invalid records, at most until the deadline. Never throws. */
export type SendDeadLetters = (
  rejected: readonly Rejected[],
  source: string | null,
  deadline: Deadline,
) => Promise<Sent>;

/** Calls under way at a time for each batch: enough to hide the round trips. */
const CONCURRENCY = 8;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_ResponseElements */
interface Answer {
  readonly Successful?: readonly { readonly Id: string }[];
}

/**
 * @param sqs the service
 * @param retry for what SQS did not accept, entries of a call that succeeded included
 * @param now the clock for `failedAt`
 */
export function createDeadLetterQueue(
  sqs: Pick<JsonService, 'call'>,
  queueUrl: string,
  retry: Retry,
  now: () => Date,
): SendDeadLetters {
  /** Returns what SQS accepted; each entry's own result decides, whatever the call's is. */
  async function call(letters: readonly WrittenDeadLetter[], deadline: Deadline) {
    const input = {
      QueueUrl: queueUrl,
      Entries: letters.map(({ body, attributes }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageAttributes: attributes,
      })),
    };
    try {
      const sending = sqs.call('SendMessageBatch', input, deadline.signal);
      const { Successful = [] } = (await deadline.race(sending)) as Answer;
      return new Set(Successful.map(({ Id }) => letters[Number(Id)]));
    } catch (error) {
      // Where the deadline has passed, the retry says so. A message can hold the queue's URL and the caller's identity.
      const { code, name } = error as { code?: string; name?: string };
      throw new DeadLetterError(`SQS did not accept dead letters (${code ?? name}).`);
    }
  }

  async function send(batch: readonly WrittenDeadLetter[], deadline: Deadline): Promise<Sent> {
    let left = batch;
    try {
      await retry(deadline, async () => {
        const accepted = await call(left, deadline);
        left = left.filter((letter) => !accepted.has(letter));
        if (left.length > 0) throw new DeadLetterError('SQS refused a dead letter.');
      });
      return { deadLettered: batch.map(({ rejected }) => rejected), failed: [] };
    } catch (error) {
      const cause = isSinkError(error) ? error : new DeadLetterError('Sending failed.');
      const refused = new Set(left);
      return {
        deadLettered: batch
          .filter((letter) => !refused.has(letter))
          .map(({ rejected }) => rejected),
        failed: left.map(({ rejected: { record } }) => ({ record, cause })),
      };
    }
  }

  return async (rejected, source, deadline) => {
    const failedAt = now();
    const batches = packBatches(rejected.map((one) => writeDeadLetter(one, source, failedAt)));
    const results: Sent[] = [];
    const worker = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop())
        results.push(await send(batch, deadline));
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return {
      deadLettered: results.flatMap((result) => result.deadLettered),
      failed: results.flatMap((result) => result.failed),
    };
  };
}
