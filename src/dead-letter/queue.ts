import { describeAws } from '../aws/call.ts';
import type { JsonService } from '../aws/json-service.ts';
import { DeadLetterError, isSinkError } from '../record/errors.ts';
import type { Failed, Rejected } from '../record/fates.ts';
import type { Deadline } from '../timing/deadline.ts';
import type { Retry } from '../timing/retry.ts';
import { packBatches, SQS_MAX_BYTES } from './sqs-message.ts';
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
  readonly Failed?: readonly { readonly Id: string; readonly Message?: string }[];
}

/** What SQS says of a message, or of a call, that is larger than the queue's `MaximumMessageSize`. */
const TOO_LARGE = /(?:shorter|longer) than (\d+) bytes/;

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
  /** The largest message that the queue takes, as far as it has said so. */
  let maxBytes = SQS_MAX_BYTES;

  function learn(message = ''): void {
    const said = Number(TOO_LARGE.exec(message)?.[1] ?? maxBytes);
    maxBytes = Math.min(maxBytes, said);
  }

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
      const { Successful = [], Failed = [] } = (await deadline.race(sending)) as Answer;
      for (const { Message } of Failed) learn(Message);
      return new Set(Successful.flatMap(({ Id }) => letters[Number(Id)] ?? []));
    } catch (error) {
      if (isSinkError(error)) throw error;
      // A message can hold the queue's URL and the caller's identity.
      learn((error as { message?: string }).message);
      throw new DeadLetterError(`SQS did not accept dead letters (${describeAws(error)}).`);
    }
  }

  /** @param write writes a dead letter as the queue takes it now */
  async function send(
    batch: readonly WrittenDeadLetter[],
    write: (rejected: Rejected) => WrittenDeadLetter,
    deadline: Deadline,
  ): Promise<Sent> {
    const deadLettered: Rejected[] = [];
    let left = batch;
    try {
      await retry(deadline, async () => {
        left = left.map((letter) => (letter.bytes > maxBytes ? write(letter.rejected) : letter));
        for (const some of packBatches(left, maxBytes)) {
          const accepted = await call(some, deadline);
          deadLettered.push(...[...accepted].map(({ rejected }) => rejected));
          left = left.filter((letter) => !accepted.has(letter));
        }
        if (left.length > 0) throw refusal(left.map(({ rejected }) => write(rejected)));
      });
      return { deadLettered, failed: [] };
    } catch (error) {
      const cause = isSinkError(error) ? error : new DeadLetterError('Sending failed.');
      return { deadLettered, failed: left.map(({ rejected: { record } }) => ({ record, cause })) };
    }
  }

  /** @param smallest the dead letters, as small as they can be */
  function refusal(smallest: readonly WrittenDeadLetter[]): DeadLetterError {
    return smallest.some(({ bytes }) => bytes > maxBytes)
      ? new DeadLetterError(
          `The dead-letter queue takes messages of ${maxBytes} bytes at most, too few even for a record without its value: raise its MaximumMessageSize to ${SQS_MAX_BYTES}.`,
        )
      : new DeadLetterError('SQS refused a dead letter.');
  }

  return async (rejected, source, deadline) => {
    const failedAt = now();
    const write = (one: Rejected) => writeDeadLetter(one, source, failedAt, maxBytes);
    const batches = packBatches(rejected.map(write), maxBytes);
    const results: Sent[] = [];
    const worker = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop())
        results.push(await send(batch, write, deadline));
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    return {
      deadLettered: results.flatMap((result) => result.deadLettered),
      failed: results.flatMap((result) => result.failed),
    };
  };
}
