import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsTrouble, callAws, isDenied, regionOf } from '../aws/call.ts';
import { SQS_MAX_BYTES } from '../dead-letter/sqs-message.ts';
import { codeOf } from '../record/errors.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';

export const QUEUE = 'queue';

/** The longest that SQS keeps a message. */
const DAYS_14 = 14 * 86_400;

export interface Queue {
  /** About how many messages wait in it; null where that may not be asked. */
  readonly messages: number | null;
}

/** Whether the dead-letter queue exists, and keeps dead letters safely. */
export async function checkQueue(client: SQSClient, url: string): Promise<Outcome<Queue>> {
  if (url.endsWith('.fifo')) return { checks: [fifo()], value: null };
  try {
    const elsewhere = otherRegion(url, await regionOf(client));
    if (elsewhere) return { checks: [elsewhere], value: null };
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    const { Attributes = {} } = await callAws(client, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    const messages = Number(Attributes.ApproximateNumberOfMessages ?? 0);
    return { checks: [judge(Attributes, messages)], value: { messages } };
  } catch (error) {
    if (isDenied(error)) return { checks: [unasked()], value: { messages: null } };
    return { checks: [troubleOf(error)], value: null };
  }
}

function fifo(): Check {
  return failed(
    QUEUE,
    'it is a FIFO queue, which refuses messages without a group',
    'Name a standard queue in DEAD_LETTER_QUEUE_URL.',
  );
}

/** The SDK signs for its own region, whatever the URL says, and SQS then refuses the signature. */
function otherRegion(url: string, region: string): Check | null {
  const [, named] = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(url) ?? [];
  if (!named || named === region) return null;
  return failed(
    QUEUE,
    `the queue is in ${named}, the configured region is ${region}`,
    `Set AWS_REGION=${named}, or name a queue of ${region}.`,
  );
}

/** The function needs no such permission, so its lack says nothing about the function. */
function unasked(): Check {
  return warned(
    QUEUE,
    'its attributes may not be read, so it is not known whether it exists',
    'Allow sqs:GetQueueAttributes to the identity that runs this command (the function itself does not need it).',
  );
}

function judge(attributes: Readonly<Record<string, string>>, messages: number): Check {
  const retention = Number(attributes.MessageRetentionPeriod ?? 0);
  const encryption = attributes.KmsMasterKeyId
    ? 'encrypted by a KMS key, which the function must be allowed to use (kms:GenerateDataKey, kms:Decrypt)'
    : attributes.SqsManagedSseEnabled === 'true'
      ? 'encrypted by SQS'
      : 'not encrypted at rest';
  const found = `holds about ${messages} messages, ${encryption}`;
  if (retention < DAYS_14)
    return warned(
      QUEUE,
      `${found}; messages are deleted after ${Math.round((retention / 86_400) * 10) / 10} days`,
      `Raise its MessageRetentionPeriod to 14 days (${DAYS_14} s).`,
    );
  const largest = Number(attributes.MaximumMessageSize ?? SQS_MAX_BYTES);
  if (largest < SQS_MAX_BYTES)
    return warned(
      QUEUE,
      `${found}; it takes messages of ${largest} bytes at most, so that dead letters of large records lose their value`,
      `Raise its MaximumMessageSize to ${SQS_MAX_BYTES}.`,
    );
  return passed(QUEUE, found);
}

function troubleOf(error: unknown): Check {
  const code = codeOf(error);
  if (code === 'QueueDoesNotExist')
    return failed(
      QUEUE,
      'the queue does not exist',
      'Check account, region and name in DEAD_LETTER_QUEUE_URL, or create the queue.',
    );
  const { detail, remedy } = awsTrouble(error, 'SQS', 'sqs:GetQueueAttributes');
  return failed(QUEUE, detail, remedy);
}
