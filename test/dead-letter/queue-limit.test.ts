import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { openQueue } from '../../src/dead-letter/open-queue.ts';
import type { SendDeadLetters } from '../../src/dead-letter/queue.ts';
import { decode } from '../../src/sink/decode.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createRetry } from '../../src/timing/retry.ts';
import { SINKS } from '../support/notifications.ts';
import { createQueue, type TestQueue } from '../support/queue.ts';
import { sinkRecord } from '../support/records.ts';

/** What queues had before SQS took 1 MiB, and what many still have. */
const KIB_256 = 262_144;
const RETRY = { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 2, jitter: 0 };
const BREAKER = { threshold: 5, openMs: 1000, maxOpenMs: 3000 };

/** What sends dead letters to a queue, until the test is over. */
function open(queue: TestQueue): SendDeadLetters {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', inject('sqsEndpoint'));
  const { send, close } = openQueue(
    queue.url,
    createRetry(RETRY, () => {}),
    BREAKER,
  );
  onTestFinished(() => {
    close();
    vi.unstubAllEnvs();
  });
  return send;
}

/** Sends dead letters for records that are not JSON and have so many bytes. */
function sendTo(queue: TestQueue) {
  const send = open(queue);
  return (sizes: readonly number[]) => {
    const records = sizes.map((size, offset) => sinkRecord('x'.repeat(size), { offset }));
    const { rejected } = decode(records, SINKS.sinkOf, 'dead-letter');
    return send(rejected, null, startDeadline(30_000));
  };
}

test('a value that the queue does not take is left out of its dead letter, and stalls nothing', async () => {
  const queue = await createQueue({ MaximumMessageSize: String(KIB_256) });
  const send = sendTo(queue);
  const first = await send([300_000, 10, 150_000, 600_000]);
  expect([first.deadLettered.length, first.failed]).toEqual([4, []]);
  // What it has learned holds for the next ones.
  const second = await send([400_000]);
  expect([second.deadLettered.length, second.failed]).toEqual([1, []]);
  const letters = await queue.takeDeadLetters();
  const found = letters.map(({ record, valueOmitted, valueBytes }) => [
    ...[record.offset, valueOmitted, valueBytes],
    record.value === null,
  ]);
  expect(found.sort()).toEqual([
    [0, true, 300_000, true],
    [0, true, 400_000, true],
    [1, false, undefined, false],
    [2, false, undefined, false],
    [3, true, 600_000, true],
  ]);
});

test('a queue that takes not even that says what to do', async () => {
  const queue = await createQueue({ MaximumMessageSize: '1024' });
  const key = Buffer.alloc(0);
  const headers = [{ name: 'x'.repeat(400), value: Buffer.alloc(400) }];
  const topic = 't'.repeat(249);
  const record = { ...sinkRecord('x', { offset: 1 }), topic, key, headers };
  const rejected = {
    record,
    reason: 'invalid_json',
    message: 'm'.repeat(600),
    details: { sqlstate: null, constraint: null, issues: [] },
  } as const;
  const { deadLettered, failed } = await open(queue)([rejected], null, startDeadline(30_000));
  expect(deadLettered).toEqual([]);
  expect(failed[0]?.cause.message).toBe(
    'The dead-letter queue takes messages of 1024 bytes at most, too few even for a record without its value: raise its MaximumMessageSize to 1048576.',
  );
});
