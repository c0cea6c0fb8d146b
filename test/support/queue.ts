import { randomBytes } from 'node:crypto';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inject, onTestFinished } from 'vitest';
import type { DeadLetter } from '../../src/dead-letter/message.ts';

export interface TestQueue {
  readonly url: string;
  /** Takes every message out of the queue. */
  takeAll(): Promise<Message[]>;
  /** Takes every dead letter out of the queue, by record id. */
  takeLetters(): Promise<DeadLetter[]>;
}

/** A queue for the running test, spoken to through the real SDK. */
export async function createQueue(): Promise<TestQueue> {
  const client = new SQSClient({ endpoint: inject('sqsEndpoint') });
  onTestFinished(() => client.destroy());
  const name = `test-${randomBytes(8).toString('hex')}`;
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name }));
  // The emulator names a host below localhost, which not every resolver knows; it looks only at the path.
  const url = new URL(new URL(QueueUrl).pathname, inject('sqsEndpoint')).href;

  async function takeAll(): Promise<Message[]> {
    const taken: Message[] = [];
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return taken;
      taken.push(...Messages);
      await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
        }),
      );
    }
  }

  return {
    url,
    takeAll,
    takeLetters: async () =>
      (await takeAll())
        .map(({ Body = '' }): DeadLetter => JSON.parse(Body))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
