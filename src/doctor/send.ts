import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { awsTrouble, callAws } from '../aws/call.ts';
import { type Check, failed, type Outcome, passed, skipped, warned } from './check.ts';
import type { Queue } from './queue.ts';

export const SEND = 'queue send';

/** By this a reader of the queue tells the message from a dead letter. */
const BODY = JSON.stringify({ doctor: true });

/**
 * Sends a marked message. SQS has no way to try a permission without using it, so this is done only where it is asked
 * for. The message is taken out again only from a queue that was empty: to look for it among dead letters would
 * count as a receipt of each of them, and a redrive policy may move messages that were received too often.
 */
export async function checkSend(
  client: SQSClient,
  url: string,
  queue: Queue,
): Promise<Outcome<true>> {
  const command = new SendMessageCommand({ QueueUrl: url, MessageBody: BODY });
  try {
    const { MessageId = '' } = await callAws(client, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    const gone = queue.messages === 0 && (await remove(client, url, MessageId));
    return {
      checks: [gone ? passed(SEND, 'sent, and removed again') : left(MessageId)],
      value: true,
    };
  } catch (error) {
    const { detail, remedy } = awsTrouble(error, 'SQS', 'sqs:SendMessage on the queue');
    return { checks: [failed(SEND, detail, remedy)], value: null };
  }
}

export function sendNotAsked(): Check {
  return skipped(
    SEND,
    'it can be tried only by sending a message',
    `Give --send: one message ${BODY} is sent, and removed again where the queue was empty.`,
  );
}

/** @returns whether the message was found and deleted */
async function remove(client: SQSClient, url: string, id: string): Promise<boolean> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 2,
    // A dead letter that came meanwhile is hidden from its readers no longer than this.
    VisibilityTimeout: 5,
  });
  try {
    const { Messages = [] } = await callAws(client, (abortSignal) =>
      client.send(receive, { abortSignal }),
    );
    const mine = Messages.find(({ MessageId }) => MessageId === id);
    if (!mine) return false;
    await callAws(client, (abortSignal) =>
      client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: mine.ReceiptHandle }), {
        abortSignal,
      }),
    );
    return true;
  } catch {
    // It may be denied; then the message stays, and that is said.
    return false;
  }
}

function left(id: string): Check {
  return warned(
    SEND,
    `sent, but the message ${id} is still in the queue`,
    `Delete it, or ignore it: its body is ${BODY}.`,
  );
}
