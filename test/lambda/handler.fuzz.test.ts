import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BatchResponse, EVENT_SOURCES } from '../../src/lambda/event.ts';
import { notification, recordOf } from '../support/event.ts';
import { createSink, type TestSink } from '../support/sink.ts';

const DOCUMENTED = new Set(['InvalidEventError', 'BatchFailedError']);

const offset = fc.nat({ max: 1_000_000 });

/** Sound records and their neighbours: fit, invalid, tombstones, and any bytes as a value. */
const soundRecord = fc.oneof(
  fc.record({ offset, number: fc.nat() }).map((r) => recordOf(r.offset, notification(r.number))),
  fc.record({ offset, value: fc.jsonValue() }).map((r) => recordOf(r.offset, r.value)),
  offset.map((at) => recordOf(at, null)),
  fc
    .record({ offset, bytes: fc.uint8Array() })
    .map((r) => recordOf(r.offset, 0, { value: Buffer.from(r.bytes).toString('base64') })),
);

/** A record with any of its fields replaced by anything, or left out. */
const brokenRecord = fc
  .record({
    record: soundRecord,
    field: fc.constantFrom(
      'topic',
      'partition',
      'offset',
      'timestamp',
      'timestampType',
      'key',
      'value',
      'headers',
    ),
    replacement: fc.option(fc.anything(), { nil: undefined }),
  })
  .map(({ record, field, replacement }) => ({ ...record, [field]: replacement }));

const anyRecord = fc.oneof(
  { weight: 6, arbitrary: soundRecord },
  { weight: 4, arbitrary: brokenRecord as fc.Arbitrary<unknown> },
  { weight: 1, arbitrary: fc.anything() },
);

const anyEvent = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      eventSource: fc.constantFrom(...EVENT_SOURCES),
      eventSourceArn: fc.option(fc.string(), { nil: undefined }),
      bootstrapServers: fc.string(),
      records: fc.dictionary(
        fc.oneof(fc.constant('notifications-0'), fc.string()),
        fc.array(anyRecord, { maxLength: 8 }),
        { maxKeys: 3 },
      ),
    }) as fc.Arbitrary<unknown>,
  },
  { weight: 1, arbitrary: fc.anything() },
);

/**
 * While the servers are well, nothing fails but what is no event, and records of topics without a definition: whatever else
 * a record holds, it cannot stall (P3).
 */
async function checkFates(sink: TestSink, event: unknown): Promise<void> {
  const answer = await sink.handle(event).catch((error: Error) => error.name);
  if (answer === 'InvalidEventError') return;
  const { records } = event as { records: Record<string, { offset?: unknown; topic?: unknown }[]> };
  const { batchItemFailures } = answer as BatchResponse;
  for (const { itemIdentifier } of batchItemFailures) {
    const { partition, offset } = itemIdentifier;
    const named = records[partition]?.filter((record) => record?.offset === offset);
    expect(named?.map(({ topic }) => topic === 'notifications')).toContain(false);
  }
}

/** Answers, or fails with a documented error; the names that it answers with are all of the event (P5). */
async function check(sink: TestSink, event: unknown): Promise<void> {
  let response: BatchResponse;
  try {
    response = await sink.handle(event);
  } catch (error) {
    expect(DOCUMENTED).toContain((error as Error).name);
    return;
  }
  const { records } = event as { records: Record<string, { offset?: unknown }[]> };
  for (const { itemIdentifier } of response.batchItemFailures) {
    const offsets = records[itemIdentifier.partition]?.map((record) => record?.offset);
    expect(offsets).toContain(itemIdentifier.offset);
    expect(itemIdentifier.offset).toBeTypeOf('number');
  }
}

test('gives every record of any event one fate while the servers are well', async () => {
  const sink = await createSink();
  await fc.assert(
    fc.asyncProperty(anyEvent, (event) => checkFates(sink, event)),
    { numRuns: 300 },
  );
  expect(await sink.database.query('SELECT count(*) > 0 AS stored FROM notifications')).toEqual([
    { stored: true },
  ]);
});

test('names only records of the event while PostgreSQL refuses everything', async () => {
  const sink = await createSink();
  await sink.database.query('DROP TABLE notifications');
  await fc.assert(
    fc.asyncProperty(anyEvent, (event) => check(sink, event)),
    { numRuns: 300 },
  );
});

test('throws nothing but documented errors where the response is not read', async () => {
  const sink = await createSink({ PARTIAL_BATCH_RESPONSE: 'disabled' });
  await sink.database.query('DROP TABLE notifications');
  await fc.assert(
    fc.asyncProperty(anyEvent, (event) => check(sink, event)),
    { numRuns: 300 },
  );
});
