import { openJsonService } from '../aws/json-service.ts';
import type { Retry } from '../timing/retry.ts';
import { createDeadLetterQueue, type SendDeadLetters } from './queue.ts';

export interface DeadLetterQueue {
  readonly send: SendDeadLetters;
  /** Ends the connections. */
  close(): void;
}

/** @param retry for what SQS did not accept */
export function openQueue(queueUrl: string, retry: Retry): DeadLetterQueue {
  const sqs = openJsonService('sqs', 'AmazonSQS', new URL(queueUrl).origin);
  return {
    send: createDeadLetterQueue(sqs, queueUrl, retry, () => new Date()),
    close: () => sqs.close(),
  };
}
