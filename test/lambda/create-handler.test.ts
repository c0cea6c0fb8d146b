import { describe, expect, inject, onTestFinished, test } from 'vitest';
import definition from '../../sink.config.ts';
import { createHandler } from '../../src/lambda/create-handler.ts';
import { createDatabase } from '../support/database.ts';
import { eventOf, notification, recordOf } from '../support/event.ts';
import { createQueue } from '../support/queue.ts';

const context = { getRemainingTimeInMillis: () => 30_000 };

describe('the function of a definition', () => {
  test('stores the records of an event, and tells of each that failed', async () => {
    const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
    process.env.AWS_ENDPOINT_URL_SQS = inject('sqsEndpoint');
    const handler = createHandler(definition, {
      DATABASE_URL: database.url,
      DEAD_LETTER_QUEUE_URL: queue.url,
      PARTIAL_BATCH_RESPONSE: 'enabled',
    });
    onTestFinished(handler.close);
    const other = { ...recordOf(1, notification(1)), topic: 'other' };
    expect(await handler(eventOf([recordOf(0, notification(0)), other]), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: { partition: 'other-0', offset: 1 } }],
    });
    expect(await database.query('SELECT source_offset FROM notifications')).toEqual([
      { source_offset: '0' },
    ]);
  });

  test('is not made with wrong settings', () => {
    expect(() => createHandler(definition, {})).toThrow(
      expect.objectContaining({ name: 'ConfigError' }),
    );
  });

  test('is not made with a wrong definition', () => {
    const settings = {
      DATABASE_URL: 'postgres://localhost/db',
      DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/queue',
    };
    expect(() => createHandler({ ...definition, key: 'none' }, settings)).toThrow(/none/);
  });
});
