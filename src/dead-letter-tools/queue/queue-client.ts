import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { callAws, isDenied } from '../../aws/call.ts';
import { packBatches, type SqsMessage } from '../../dead-letter/sqs-message.ts';
import { chunksOf, concurrently } from '../../timing/concurrently.ts';
import { toQueueError } from './queue-error.ts';

/** What SQS needs to delete a message, or to change its visibility. */
export interface Receipt {
  /** The message id of SQS, which stays the same however often the message is received. */
  readonly id: string;
  /** The receipt handle; each receipt has its own. */
  readonly handle: string;
}

/** A message as SQS delivered it. */
export interface Message extends Receipt {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

/** SQS adds up the numbers of many servers, so each count is approximate. */
export interface Counts {
  readonly waiting: number;
  /** Received by somebody who has neither deleted nor released them. */
  readonly inFlight: number;
}

/** An SQS queue, as the dead-letter tools use it. Every method throws a `DeadLetterToolsError` when SQS cannot be used. */
export interface QueueClient {
  /** Receives up to ten messages; none after a wait of one second. They stay invisible to others for `leaseSeconds`. */
  receive(leaseSeconds: number): Promise<Message[]>;
  /** Keeps messages invisible for `leaseSeconds` from now on. Skips messages whose lease ran out. */
  extendLease(messages: readonly Receipt[], leaseSeconds: number): Promise<void>;
  /** Makes messages visible to others at once. Skips messages whose lease ran out. */
  release(messages: readonly Receipt[]): Promise<void>;
  /** @returns those that SQS did not delete */
  remove(messages: readonly Receipt[]): Promise<readonly Receipt[]>;
  /** @returns for each message its id; null when SQS did not accept it */
  send(messages: readonly SqsMessage[]): Promise<readonly (string | null)[]>;
  /** @returns null when the caller may not ask (`sqs:GetQueueAttributes`) */
  count(): Promise<Counts | null>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH = 10;
/** With a wait SQS asks all its servers, without one only some of them, and an empty answer would say little. */
const WAIT_SECONDS = 1;
/** Calls of SQS under way at a time: enough to hide the round trips, few enough for the SDK's 50 sockets. */
export const CONCURRENCY = 8;
/** Tries for an entry that failed in a call that succeeded. */
const TRIES = 3;

export function createQueueClient(client: SQSClient, queueUrl: string): QueueClient {
  async function call<T>(action: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await callAws(client, work);
    } catch (error) {
      throw toQueueError(error, action);
    }
  }

  /** Works on messages in batches, several at a time, and again on those that `work` returns as not done. */
  async function inBatches(
    messages: readonly Receipt[],
    work: (batch: readonly Receipt[]) => Promise<readonly Receipt[]>,
  ): Promise<readonly Receipt[]> {
    let left = messages;
    for (let tries = 0; tries < TRIES && left.length > 0; tries += 1)
      left = (await concurrently(CONCURRENCY, chunksOf(left, BATCH), work)).flat();
    return left;
  }

  async function changeVisibility(messages: readonly Receipt[], seconds: number): Promise<void> {
    await concurrently(CONCURRENCY, chunksOf(messages, BATCH), (batch) => {
      const command = new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ handle }, index) => ({
          Id: String(index),
          ReceiptHandle: handle,
          VisibilityTimeout: seconds,
        })),
      });
      return call('sqs:ChangeMessageVisibility', (abortSignal) =>
        client.send(command, { abortSignal }),
      );
    });
  }

  return {
    async receive(leaseSeconds) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: leaseSeconds,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      const { Messages = [] } = await call('sqs:ReceiveMessage', (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return Messages.map(({ MessageId, ReceiptHandle, Body, MessageAttributes, Attributes }) => ({
        id: MessageId ?? '',
        handle: ReceiptHandle ?? '',
        body: Body ?? '',
        attributes: MessageAttributes ?? {},
        sentAt: Number(Attributes?.SentTimestamp ?? 0),
      }));
    },
    extendLease: changeVisibility,
    release: (messages) => changeVisibility(messages, 0),
    remove: (messages) =>
      inBatches(messages, async (batch) => {
        const command = new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map(({ handle }, index) => ({
            Id: String(index),
            ReceiptHandle: handle,
          })),
        });
        const { Successful = [] } = await call('sqs:DeleteMessage', (abortSignal) =>
          client.send(command, { abortSignal }),
        );
        const done = new Set(Successful.map(({ Id }) => Number(Id)));
        return batch.filter((_, index) => !done.has(index));
      }),
    async send(messages) {
      const ids = new Map<SqsMessage, string>();
      let left = messages;
      for (let tries = 0; tries < TRIES && left.length > 0; tries += 1) {
        await concurrently(CONCURRENCY, packBatches(left), async (batch) => {
          const command = new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map(({ body, attributes }, index) => ({
              Id: String(index),
              MessageBody: body,
              MessageAttributes: attributes,
            })),
          });
          const { Successful = [] } = await call('sqs:SendMessage', (abortSignal) =>
            client.send(command, { abortSignal }),
          );
          for (const { Id, MessageId } of Successful) {
            const message = batch[Number(Id)];
            if (message) ids.set(message, MessageId ?? '');
          }
        });
        left = left.filter((message) => !ids.has(message));
      }
      return messages.map((message) => ids.get(message) ?? null);
    },
    async count() {
      const command = new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      });
      try {
        const { Attributes = {} } = await callAws(client, (abortSignal) =>
          client.send(command, { abortSignal }),
        );
        return {
          waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
          inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        };
      } catch (error) {
        if (isDenied(error)) return null;
        throw toQueueError(error, 'sqs:GetQueueAttributes');
      }
    },
  };
}
