import {
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { FoundDeadLetter } from './reconcile.ts';

/** Calls that receive messages at a time. */
const RECEIVERS = 8;
/** Long enough to receive all of them once; then they are visible again for whoever looks. */
const HIDDEN_SECONDS = 60;

/** Receives every dead letter once and leaves it in the queue. */
export async function readDeadLetters(
  client: SQSClient,
  queueUrl: string,
): Promise<FoundDeadLetter[]> {
  const deadLetters: FoundDeadLetter[] = [];
  async function receive(): Promise<void> {
    for await (const messages of receiveAll(client, {
      QueueUrl: queueUrl,
      VisibilityTimeout: HIDDEN_SECONDS,
    }))
      for (const { Body = '{}' } of messages) {
        // Not the whole of it: there can be many.
        const { id, reason } = JSON.parse(Body);
        deadLetters.push({ id, reason });
      }
  }
  await Promise.all(Array.from({ length: RECEIVERS }, receive));
  return deadLetters;
}

/** Receives the messages of a queue, up to ten at a time, until none is visible. */
export async function* receiveAll(
  client: SQSClient,
  input: ReceiveMessageCommandInput,
): AsyncIterable<readonly Message[]> {
  for (;;) {
    const receive = new ReceiveMessageCommand({ MaxNumberOfMessages: 10, ...input });
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) return;
    yield Messages;
  }
}
