import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import pg from 'pg';
import type { FoundLetter, StoredRow } from './reconcile.ts';

/** Reads the whole table, over a connection apart from the sink's. */
export async function readRows(url: string, table: string): Promise<StoredRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const target = table.split('.').map(pg.escapeIdentifier).join('.');
    const { rows } = await client.query(
      `SELECT id, user_id, event_type, title, body,
              to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
              source_topic || '-' || source_partition || '@' || source_offset AS source
         FROM ${target}`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

/** The queue's messages, about: SQS itself calls the number approximate. */
export async function countLetters(client: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

/** Calls that receive messages at a time. */
const RECEIVERS = 8;
/** Long enough to receive all of them once; then they are visible again for whoever looks. */
const HIDDEN_SECONDS = 60;

/** Receives every dead letter once and leaves it in the queue. */
export async function readLetters(client: SQSClient, queueUrl: string): Promise<FoundLetter[]> {
  const letters: FoundLetter[] = [];
  async function receive(): Promise<void> {
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: HIDDEN_SECONDS,
        }),
      );
      if (Messages.length === 0) return;
      for (const { Body = '{}' } of Messages) {
        const { id, reason } = JSON.parse(Body);
        letters.push({ id, reason });
      }
    }
  }
  await Promise.all(Array.from({ length: RECEIVERS }, receive));
  return letters;
}
