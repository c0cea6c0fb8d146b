import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

/** A message for SQS, with its size as SQS counts it. */
export interface SqsMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly bytes: number;
}

/**
 * The largest message, attributes included, and the largest batch of messages that SQS accepts.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const SQS_MAX_BYTES = 1_048_576;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MAX_ENTRIES = 10;

/** @param body text that SQS accepts, see {@link toSqsText} */
export function sqsMessage(body: string, attributes: SqsMessage['attributes']): SqsMessage {
  return { body, attributes, bytes: Buffer.byteLength(body) + sizeOf(attributes) };
}

/** SQS counts the name, the type and the value of each attribute. */
export function sizeOf(attributes: SqsMessage['attributes']): number {
  return Object.entries(attributes)
    .flatMap(([name, { DataType, StringValue }]) => [name, DataType ?? '', StringValue ?? ''])
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** SQS refuses the two noncharacters that JSON does not escape; a header's name or a malformed value may hold them. */
export function toSqsText(json: string): string {
  return json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}

/**
 * Packs messages, in their order, into batches that SQS accepts: at most 10 messages each.
 *
 * @param maxBytes of a batch
 */
export function packBatches<T extends Pick<SqsMessage, 'bytes'>>(
  messages: readonly T[],
  maxBytes = SQS_MAX_BYTES,
): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const message of messages) {
    const last = batches.at(-1);
    if (last && last.length < MAX_ENTRIES && message.bytes <= room) {
      last.push(message);
      room -= message.bytes;
    } else {
      batches.push([message]);
      room = maxBytes - message.bytes;
    }
  }
  return batches;
}
