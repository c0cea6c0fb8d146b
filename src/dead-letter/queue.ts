import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { DeadLetterError } from '../errors.ts';
import type { Failed, Unfit } from '../fate.ts';
import type { Deadline } from '../sink/deadline.ts';
import { type SealedLetter, SQS_MAX_BYTES, sealLetter } from './letter.ts';

export interface Sent {
  /** SQS accepted their letters. */
  readonly deadLettered: readonly Unfit[];
  readonly failed: readonly Failed[];
}

/** Sends dead letters for unfit records, at most until the deadline. Never throws. */
export type SendDeadLetters = (
  unfit: readonly Unfit[],
  source: string | null,
  deadline: Deadline,
) => Promise<Sent>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MAX_ENTRIES = 10;
/** Calls under way at a time: enough to hide the round trips, few enough for the SDK's 50 sockets. */
const CONCURRENCY = 8;

/**
 * @param now the clock for `failedAt`
 */
export function createDeadLetterQueue(
  client: SQSClient,
  queueUrl: string,
  now: () => Date,
): SendDeadLetters {
  /** One call; each entry's own result decides, for a call that succeeds may have refused some of its entries. */
  async function send(batch: readonly SealedLetter[], deadline: Deadline): Promise<Sent> {
    const command = new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map(({ body, attributes }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageAttributes: attributes,
      })),
    });
    try {
      const { Successful = [] } = await deadline.race(
        client.send(command, { abortSignal: deadline.signal }),
      );
      const accepted = new Set(Successful.map(({ Id }) => Number(Id)));
      const refused = new DeadLetterError('SQS refused a dead letter.');
      return {
        deadLettered: batch.filter((_, index) => accepted.has(index)).map(({ unfit }) => unfit),
        failed: batch
          .filter((_, index) => !accepted.has(index))
          .map(({ unfit }) => ({ delivery: unfit.delivery, cause: refused })),
      };
    } catch (error) {
      // The SDK's message can hold the queue's URL and the caller's identity.
      const { code, name } = error as { code?: string; name?: string };
      const cause = new DeadLetterError(`SQS did not accept dead letters (${code ?? name}).`);
      return {
        deadLettered: [],
        failed: batch.map(({ unfit: { delivery } }) => ({ delivery, cause })),
      };
    }
  }

  return async (unfit, source, deadline) => {
    const failedAt = now();
    const batches = packLetters(unfit.map((one) => sealLetter(one, source, failedAt)));
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

/** Packs letters into batches that SQS takes, each of at most 10 messages and 1 MiB. */
export function packLetters(letters: readonly SealedLetter[]): SealedLetter[][] {
  const batches: SealedLetter[][] = [];
  let room = 0;
  for (const letter of letters) {
    const last = batches.at(-1);
    if (last && last.length < MAX_ENTRIES && letter.bytes <= room) {
      last.push(letter);
      room -= letter.bytes;
    } else {
      batches.push([letter]);
      room = SQS_MAX_BYTES - letter.bytes;
    }
  }
  return batches;
}
