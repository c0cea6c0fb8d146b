import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import { onEachVersion } from '../support/versions.ts';
import { type AnySink, anySink } from './support/any-sink.ts';
import { createWorld, type World } from './support/world.ts';

/** COPY is for 50 records and more. */
const MANY = 50;

/** Each brings all records to an empty table, or to the queue. The one that COPY refuses is last: COPY waits then. */
const WAYS: readonly (readonly [
  name: string,
  (world: World, sink: AnySink) => Promise<unknown>,
])[] = [
  ['INSERT', ({ send }, { records }) => send(records)],
  ['COPY', ({ send }, { records }) => send(repeated(records))],
  // One of the two each time, as SQS takes a second to say that a queue is empty.
  [
    'replay',
    ({ deadLetter, replay }, { records, transforms }) =>
      transforms
        ? deadLetter(records.map(withSurplus)).then(() => replay(withoutSurplus))
        : deadLetter(records).then(() => replay(null)),
  ],
  [
    'COPY that is refused, then INSERT',
    ({ send }, { records }) => send(records.slice(1)).then(() => send(repeated(records))),
  ],
];

onEachVersion(() => {
  test('whatever the definition, the table and the values are, each way stores the same, by value', async () => {
    await fc.assert(
      fc.asyncProperty(anySink, async (sink) => {
        const world = await createWorld(sink.sinks, sink.ddl, 'anything');
        for (const [name, way] of WAYS) {
          await world.database.query('TRUNCATE anything');
          await way(world, sink);
          const rows = (await world.rows(sink.select, '1')).map(sink.read);
          expect([name, inOrder(rows)]).toEqual([name, inOrder(sink.rows)]);
          const offsets = (await world.deadLetters()).map(({ record }) => record.offset);
          expect([name, [...new Set(offsets)].toSorted(byNumber)]).toEqual([name, sink.invalid]);
        }
      }),
      { numRuns: 7, endOnFailure: true },
    );
  });
});

/** The same records again and again; each is stored once. */
function repeated(records: readonly SinkRecord[]): SinkRecord[] {
  return Array.from({ length: Math.ceil(MANY / records.length) }, () => records).flat();
}

function withSurplus(record: SinkRecord): SinkRecord {
  const value = record.value?.toString().replace('{', '{"surplus":1,').replace(',}', '}') ?? '';
  return { ...record, value: Buffer.from(value) };
}

function withoutSurplus(value: unknown): Record<string, unknown> {
  const { surplus, ...others } = value as Record<string, unknown>;
  return others;
}

const inOrder = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();
const byNumber = (a: unknown, b: unknown) => Number(a) - Number(b);
