import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openJsonService } from '../../src/aws/json-service.ts';
import { createDeadLetterQueue } from '../../src/dead-letter/queue.ts';
import { decode } from '../../src/sink/decode.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createRetry } from '../../src/timing/retry.ts';
import { listen } from '../support/listen.ts';
import { SINKS } from '../support/notifications.ts';
import { sinkRecord } from '../support/records.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageAttributes: Record<string, { StringValue: string }>;
}
/** What the server does with a call: refuses the entries that are returned, or answers an error status. */
type Behaviour = (
  entries: readonly Entry[],
  call: number,
) => readonly Entry[] | number | 'silent' | { readonly error: string };

/** A server that speaks SQS's SendMessageBatch, and a queue that sends to it. */
async function createRig(behave: Behaviour = () => []) {
  const calls: Entry[][] = [];
  const accepted: string[] = [];
  const hangUp = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: Entry[] };
    calls.push(Entries);
    const refused = behave(Entries, calls.length);
    if (refused === 'silent') {
      response.on('close', hangUp.resolve);
      return;
    }
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (typeof refused === 'number') {
      response.writeHead(refused).end('{"__type":"com.amazonaws.sqs#ServiceUnavailable"}');
      return;
    }
    if ('error' in refused) {
      response.writeHead(400).end(refused.error);
      return;
    }
    const good = Entries.filter((entry) => !refused.includes(entry));
    accepted.push(...good.map(({ MessageBody }) => JSON.parse(MessageBody).id));
    const Successful = good.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    const Failed = refused.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
    response.end(JSON.stringify({ Successful, Failed }));
  });
  const { port, stop } = await listen(server);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = openJsonService('sqs', 'AmazonSQS', endpoint);
  onTestFinished(async () => {
    client.close();
    await stop();
  });
  const retry = createRetry({ maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2, jitter: 0 }, () => {});
  const clock = () => new Date(0);
  const queue = createDeadLetterQueue(client, `${endpoint}/1/dead-letters`, retry, clock);
  const send = (count: number, ms = 30_000) => {
    const records = Array.from({ length: count }, (_, offset) => sinkRecord('invalid', { offset }));
    const { rejected } = decode(records, SINKS.sinkOf, 'dead-letter');
    return queue(rejected, 'kafka:9092', startDeadline(ms));
  };
  return { calls, accepted, send, hungUp: hangUp.promise };
}

const offsetOf = ({ MessageBody }: Entry): number => JSON.parse(MessageBody).record.offset;
const idOf = (offset: number) => `notifications-0@${offset}`;

test('sends nothing where nothing is rejected', async () => {
  const { send, calls } = await createRig();
  expect(await send(0)).toEqual({ deadLettered: [], failed: [] });
  expect(calls).toEqual([]);
});

test('sends each dead letter once, at most ten in a call, with its attributes [L1]', async () => {
  const { send, calls, accepted } = await createRig();
  const { deadLettered, failed } = await send(105);
  expect([deadLettered.length, failed.length]).toEqual([105, 0]);
  expect(new Set(deadLettered.map(({ record }) => record)).size).toBe(105);
  expect(calls.map(({ length }) => length).sort((a, b) => a - b)).toEqual([
    5,
    ...Array(10).fill(10),
  ]);
  expect(new Set(accepted).size).toBe(105);
  expect(calls[0]?.[0]?.MessageAttributes).toMatchObject({
    reason: { StringValue: 'invalid_json' },
    topic: { StringValue: 'notifications' },
    partition: { StringValue: '0' },
  });
  expect(JSON.parse(calls[0]?.[0]?.MessageBody ?? '')).toMatchObject({
    source: 'kafka:9092',
    failedAt: '1970-01-01T00:00:00.000Z',
  });
});

test('sends only the entries again that a call refused', async () => {
  const { send, calls, accepted } = await createRig((entries, call) =>
    call === 1 ? entries.filter((entry) => offsetOf(entry) % 2 === 1) : [],
  );
  const { deadLettered, failed } = await send(6);
  expect([deadLettered.length, failed.length]).toEqual([6, 0]);
  expect(calls.map((entries) => entries.map(offsetOf))).toEqual([
    [0, 1, 2, 3, 4, 5],
    [1, 3, 5],
  ]);
  expect(accepted.toSorted()).toEqual([0, 1, 2, 3, 4, 5].map(idOf));
});

test('gives up an entry that is refused each time, and that one alone', async () => {
  const { send, calls } = await createRig((entries) =>
    entries.filter((entry) => offsetOf(entry) === 4),
  );
  const { deadLettered, failed } = await send(6);
  expect(calls).toHaveLength(3);
  expect(deadLettered.map(({ record }) => record)).toMatchObject(
    [0, 1, 2, 3, 5].map((offset) => ({ offset })),
  );
  expect(failed).toMatchObject([
    { record: { offset: 4 }, cause: { message: 'SQS refused a dead letter.' } },
  ]);
});

test('sends a call again that failed as a whole', async () => {
  const { send } = await createRig((_, call) => (call === 1 ? 503 : []));
  const { deadLettered, failed } = await send(3);
  expect([deadLettered.length, failed.length]).toEqual([3, 0]);
});

test('sends less at a time to a service that takes less, and says so of the whole call', async () => {
  const limit = 3000;
  const { send, calls, accepted } = await createRig((entries) => {
    const bytes = entries.reduce((sum, { MessageBody }) => sum + MessageBody.length, 0);
    const message = `Batch requests cannot be longer than ${limit} bytes. You have sent ${bytes} bytes.`;
    return bytes > limit
      ? { error: JSON.stringify({ __type: 'com.amazonaws.sqs#BatchRequestTooLong', message }) }
      : [];
  });
  const { deadLettered, failed } = await send(10);
  expect([deadLettered.length, failed.length]).toEqual([10, 0]);
  expect(accepted.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => idOf(n)));
  expect(calls[0]).toHaveLength(10);
  expect(calls.length).toBeGreaterThan(2);
});

test('fails all records while SQS refuses everything, and says what it answered', async () => {
  const { send } = await createRig(() => 503);
  const { deadLettered, failed } = await send(12);
  expect([deadLettered.length, failed.length]).toEqual([0, 12]);
  expect(failed[0]?.cause).toMatchObject({
    name: 'DeadLetterError',
    message: 'SQS did not accept dead letters (ServiceUnavailable).',
  });
});

test('does not wait beyond the deadline for an answer', async () => {
  const { send, hungUp } = await createRig(() => 'silent');
  const { failed } = await send(1, 100);
  expect(failed[0]?.cause.name).toBe('DeadlineError');
  // The call itself ends too, or its socket would stay with the process.
  await hungUp;
});
