import { SQSClient } from '@aws-sdk/client-sqs';
import { AWS_CLIENT } from '../../aws/call.ts';
import { createHolder, type Holder } from './lease.ts';
import { createMailbox, type Mailbox } from './queue-client.ts';

/** A queue that is looked through. */
export interface Session {
  readonly mailbox: Mailbox;
  readonly holder: Holder;
}

/**
 * Works with a queue's messages, and gives back those that are still held then, whatever happens.
 *
 * @param hiddenSeconds for which messages are hidden at a time; so long they stay hidden where this process is killed
 */
export async function withQueue<T>(
  queueUrl: string,
  hiddenSeconds: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const client = new SQSClient(AWS_CLIENT);
  const mailbox = createMailbox(client, queueUrl);
  const holder = createHolder(mailbox, hiddenSeconds);
  try {
    return await work({ mailbox, holder });
  } finally {
    // What cannot be given back comes back by itself, and whatever else went wrong matters more.
    await holder.release().catch(() => {});
    client.destroy();
  }
}
