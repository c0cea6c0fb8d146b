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
import { type OutgoingMessage, packBatches } from '../../dead-letter/outgoing-message.ts';
import { chunksOf, concurrently } from '../../timing/concurrently.ts';
import { queueTrouble } from './queue-error.ts';

/** What it takes to change or delete a message. */
export interface Receipt {
  /** SQS's own, which stays the same however often the message is received. */
  readonly id: string;
  /** Of one receipt. */
  readonly handle: string;
}

/** A message as it was received. */
export interface Message extends Receipt {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

/** SQS adds up what many servers say, so that each number is approximate. */
export interface Counts {
  readonly waiting: number;
  /** Received by somebody, who has neither deleted them nor given them back. */
  readonly inOtherHands: number;
}

/** An SQS queue, as a reader of dead letters uses it. Every method throws a `LettersError` where SQS cannot be used. */
export interface Mailbox {
  /** Takes up to ten messages; none after waiting for a second. They are hidden from others for so many seconds. */
  receive(hiddenSeconds: number): Promise<Message[]>;
  /** Hides messages from now on for so many seconds; 0 gives them back. One whose time is up is passed over. */
  hide(messages: readonly Receipt[], seconds: number): Promise<void>;
  /** @returns those that SQS did not delete */
  remove(messages: readonly Receipt[]): Promise<readonly Receipt[]>;
  /** @returns for each message its id; null when SQS did not accept it */
  send(messages: readonly OutgoingMessage[]): Promise<readonly (string | null)[]>;
  /** Null where the caller may not ask. */
  count(): Promise<Counts | null>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH = 10;
/** With a wait all servers of SQS are asked, without one only some: then an empty answer would say little. */
const WAIT_SECONDS = 1;
/** Tries for an entry that a call, which succeeded, did not do. */
const TRIES = 3;

export function createMailbox(client: SQSClient, queueUrl: string): Mailbox {
  async function call<T>(action: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await callAws(client, work);
    } catch (error) {
      throw queueTrouble(error, action);
    }
  }

  /** Does something with messages in batches, several at a time, and again with those that it was not done to. */
  async function inBatches(
    messages: readonly Receipt[],
    work: (batch: readonly Receipt[]) => Promise<readonly Receipt[]>,
  ): Promise<readonly Receipt[]> {
    let left = messages;
    for (let tries = 0; tries < TRIES && left.length > 0; tries += 1)
      left = (await concurrently(chunksOf(left, BATCH), work)).flat();
    return left;
  }

  const change = (messages: readonly Receipt[], seconds: number) =>
    call('sqs:ChangeMessageVisibility', (abortSignal) =>
      client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: messages.map(({ handle }, index) => ({
            Id: String(index),
            ReceiptHandle: handle,
            VisibilityTimeout: seconds,
          })),
        }),
        { abortSignal },
      ),
    );

  return {
    async receive(hiddenSeconds) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: hiddenSeconds,
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
    async hide(messages, seconds) {
      await concurrently(chunksOf(messages, BATCH), (batch) => change(batch, seconds));
    },
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
      const ids = new Map<OutgoingMessage, string>();
      let left = messages;
      for (let tries = 0; tries < TRIES && left.length > 0; tries += 1) {
        await concurrently(packBatches(left), async (batch) => {
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
          inOtherHands: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        };
      } catch (error) {
        if (isDenied(error)) return null;
        throw queueTrouble(error, 'sqs:GetQueueAttributes');
      }
    },
  };
}
