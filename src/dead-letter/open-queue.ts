import { SQSClient } from '@aws-sdk/client-sqs';
import type { Retry } from '../timing/retry.ts';
import { createDeadLetterQueue, type SendDeadLetters } from './queue.ts';

export interface DeadLetterQueue {
  readonly send: SendDeadLetters;
  /** Ends the connections. */
  close(): void;
}

/** @param retry for what SQS did not accept */
export function openQueue(queueUrl: string, retry: Retry): DeadLetterQueue {
  const client = new SQSClient();
  return {
    send: createDeadLetterQueue(client, queueUrl, retry, () => new Date()),
    close: () => client.destroy(),
  };
}
