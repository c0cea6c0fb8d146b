import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { createQueue } from '../support/queue.ts';
import { eventOf, notification, record } from '../support/records.ts';

const SCRIPT = fileURLToPath(new URL('../support/out-of-files.ts', import.meta.url));

test('when no file can be opened at the first dead letter, it fails, and is sent as soon as one can (P3)', async () => {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const events = [record(notification(), { offset: 1 }), record('invalid', { offset: 2 })];
  const { stdout } = await promisify(execFile)(
    'sh',
    [
      ...['-c', 'ulimit -n 120 && exec "$0" "$@"', process.execPath],
      SCRIPT,
      ...events.map((one) => JSON.stringify(eventOf([one]))),
    ],
    {
      env: {
        ...{ PATH: process.env.PATH, AWS_REGION: 'us-east-1' },
        ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
        ...{ AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'), DEAD_LETTER_QUEUE_URL: queue.url },
        ...{ DATABASE_URL: database.url, PARTIAL_BATCH_RESPONSE: 'enabled' },
        ...{ POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_LOG_LEVEL: 'SILENT' },
      },
    },
  );
  const { opened, responses } = JSON.parse(stdout);
  expect(opened).toBeGreaterThan(10);
  const failed = { itemIdentifier: expect.objectContaining({ offset: 2 }) };
  expect(responses).toEqual([
    { batchItemFailures: [] },
    { batchItemFailures: [failed] },
    { batchItemFailures: [] },
  ]);
  expect((await queue.takeDeadLetters()).map(({ id }) => id)).toEqual(['notifications-0@2']);
});
