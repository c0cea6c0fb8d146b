import {
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inject, onTestFinished } from 'vitest';
import { packBatches, toSqsText } from '../../../src/dead-letter/sqs-message.ts';
import { type DeadLetter, writeDeadLetter } from '../../../src/dead-letter/write-dead-letter.ts';
import type { EventRecord } from '../../../src/lambda/event.ts';
import type { Rejected } from '../../../src/record/fates.ts';
import { runCommand, startCommand } from '../../support/command.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import type { RunningProcess } from '../../support/process.ts';
import { createQueue, type TestQueue } from '../../support/queue.ts';
import { incomingOf, notification, record, uuid } from '../../support/records.ts';

/** A message to send: a dead letter, or anything else that somebody may have sent. */
export interface TestMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
}

/** Failed long ago, so that nothing depends on the clock. */
const FAILED_AT = new Date('2026-01-01T03:00:00.000Z');

/** A dead letter of a record, as the sink writes it; `fields` change its body. */
export function deadLetterOf(
  one: EventRecord,
  rejected: Partial<Rejected> = {},
  fields: Readonly<Record<string, unknown>> = {},
  failedAt = FAILED_AT,
): TestMessage {
  const [incoming] = incomingOf(one);
  if (!incoming) throw new Error('no record');
  const written = writeDeadLetter(
    {
      record: incoming,
      reason: 'rejected_by_postgres',
      message: 'refused by PostgreSQL: SQLSTATE 23514, constraint too_strict',
      details: { sqlstate: '23514', constraint: 'too_strict', issues: [] },
      ...rejected,
    },
    'kafka-1.example:9092',
    failedAt,
  );
  const body = toSqsText(
    JSON.stringify({ ...(JSON.parse(written.body) as DeadLetter), ...fields }),
  );
  return { body, attributes: written.attributes };
}

/** The dead letter of a valid record, as PostgreSQL rejected it before a wrong constraint was dropped. */
export const goodDeadLetter = (number: number) => deadLetterOf(goodRecord(number));
export const goodRecord = (number: number) =>
  record(notification({ id: uuid(number) }), { offset: number });

/** The dead letter of an invalid record, which every replay rejects again. */
export const badDeadLetter = (number: number) =>
  deadLetterOf(record(notification({ id: uuid(number), user_id: 'nobody' }), { offset: number }), {
    reason: 'invalid_value',
    message: 'user_id: not a UUID',
    details: {
      sqlstate: null,
      constraint: null,
      issues: [{ path: 'user_id', message: 'not a UUID' }],
    },
  });

/** Lambda's on-failure message about a batch that it gave up; ranges by `<topic>-<partition>`. */
export function onFailureOf(
  ranges: Readonly<Record<string, readonly [first: number | string, last: number | string]>>,
): TestMessage {
  const recordsInfo = Object.entries(ranges).map(([key, [first, last]]) => [
    key,
    {
      firstRecordOffset: String(first),
      lastRecordOffset: String(last),
      firstRecordTimestamp: '2026-01-01T02:59:00.000Z',
      lastRecordTimestamp: '2026-01-01T02:59:01.000Z',
    },
  ]);
  return {
    body: JSON.stringify({
      requestContext: {
        requestId: '316aa6d0-8154-4b4e-9af7-85d5f4a6bc81',
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:kafka-pg-sink-prod',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 10_000,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-01-01T03:00:00.000Z',
      KafkaBatchInfo: {
        batchSize: 500,
        eventSourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/notifications/6cc0432b-2',
        bootstrapServers: 'b-1.notifications.example:9098',
        payloadSize: 2_039_086,
        recordsInfo: Object.fromEntries(recordsInfo),
      },
    }),
  };
}

export interface QueueWorld {
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** The settings of the sink. */
  readonly env: Record<string, string>;
  send(...messages: readonly TestMessage[]): Promise<void>;
  /** Messages in the queue, those in flight included. */
  count(): Promise<number>;
  /** Whether somebody else could receive a message now. */
  isVisible(): Promise<boolean>;
  /** Runs `kafka-pg-sink dead-letters` with these arguments. */
  run(...args: readonly string[]): ReturnType<typeof runCommand>;
  start(...args: readonly string[]): RunningProcess;
}

/** A queue and a database for the running test. */
export async function createQueueWorld(env: Record<string, string> = {}): Promise<QueueWorld> {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const client = new SQSClient({ endpoint: inject('sqsEndpoint') });
  onTestFinished(() => client.destroy());
  const settings = { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: queue.url, ...env };
  return {
    database,
    queue,
    env: settings,
    async send(...messages) {
      const sized = messages.map((message) => ({
        ...message,
        bytes: Buffer.byteLength(message.body) + 200,
      }));
      for (const batch of packBatches(sized)) {
        const { Failed = [] } = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: queue.url,
            Entries: batch.map(({ body, attributes }, index) => ({
              Id: String(index),
              MessageBody: body,
              ...(attributes && { MessageAttributes: attributes }),
            })),
          }),
        );
        if (Failed.length > 0) throw new Error('SQS refused a message.');
      }
    },
    async count() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible)
      );
    },
    async isVisible() {
      const receive = new ReceiveMessageCommand({ QueueUrl: queue.url, VisibilityTimeout: 0 });
      return ((await client.send(receive)).Messages ?? []).length > 0;
    },
    run: (...args) => runCommand(['dead-letters', ...args], settings),
    start: (...args) => startCommand(['dead-letters', ...args], settings),
  };
}
