import { SQSClient } from '@aws-sdk/client-sqs';
import { openClient } from '../../aws/client.ts';
import { createLeases, type Leases } from './lease.ts';
import { createQueueClient, type QueueClient } from './queue-client.ts';

/** A queue, and the messages that a command has leased from it. */
export interface Session {
  readonly queue: QueueClient;
  readonly leases: Leases;
}

/**
 * Works with a queue's messages, and then releases those that are still leased, whatever happens.
 *
 * @param leaseSeconds the visibility timeout of received messages; they stay invisible for that long when this process is
 *   killed
 */
export async function withQueue<T>(
  queueUrl: string,
  leaseSeconds: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const client = openClient(SQSClient);
  const queue = createQueueClient(client, queueUrl);
  const leases = createLeases(queue, leaseSeconds);
  try {
    return await work({ queue, leases });
  } finally {
    // A message that cannot be released becomes visible by itself, and an error of the work matters more.
    await leases.release().catch(() => {});
    client.destroy();
  }
}
