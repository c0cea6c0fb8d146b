import { randomBytes } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inject, onTestFinished } from 'vitest';
import { receiveAll } from '../../local/evidence.ts';
import type { DeadLetter } from '../../src/dead-letter/write-dead-letter.ts';

export interface TestQueue {
  readonly url: string;
  /** Takes every message out of the queue. */
  takeAll(): Promise<Message[]>;
  /** Takes every dead letter out of the queue, by record id. */
  takeDeadLetters(): Promise<DeadLetter[]>;
}

/**
 * A queue for the running test, spoken to through the real SDK.
 *
 * @param Attributes of the queue, by SQS's names
 */
export async function createQueue(Attributes: Record<string, string> = {}): Promise<TestQueue> {
  const client = new SQSClient({ endpoint: inject('sqsEndpoint') });
  onTestFinished(() => client.destroy());
  const name = `test-${randomBytes(8).toString('hex')}`;
  const { QueueUrl = '' } = await client.send(
    new CreateQueueCommand({ QueueName: name, Attributes }),
  );
  // The emulator names a host below localhost, which not every resolver knows; it looks only at the path.
  const url = new URL(new URL(QueueUrl).pathname, inject('sqsEndpoint')).href;
  return {
    url,
    takeAll: () => takeMessages(client, url),
    takeDeadLetters: () => takeDeadLetters(client, url),
  };
}

/** Takes every dead letter out of a queue, by record id. */
export async function takeDeadLetters(client: SQSClient, url: string): Promise<DeadLetter[]> {
  const messages = await takeMessages(client, url);
  return messages
    .map(({ Body = '' }): DeadLetter => JSON.parse(Body))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function takeMessages(client: SQSClient, url: string): Promise<Message[]> {
  const taken: Message[] = [];
  for await (const messages of receiveAll(client, {
    QueueUrl: url,
    MessageAttributeNames: ['All'],
  })) {
    taken.push(...messages);
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
  return taken;
}
