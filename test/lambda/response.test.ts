import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../src/lambda/read-event.ts';
import { answer } from '../../src/lambda/response.ts';
import { BatchFailedError, CircuitOpenError } from '../../src/record/errors.ts';
import type { Failed } from '../../src/record/fates.ts';
import { DeadlineError } from '../../src/timing/deadline.ts';
import { deliveriesOf, eventOf, record } from '../support/records.ts';

const cause = new DeadlineError('The time for the batch ran out.');
const MARKER = 'MARKER-c0ffee';

function fatesOf(...records: unknown[]) {
  const failed: Failed[] = deliveriesOf(...records).map((delivery) => ({ delivery, cause }));
  return { stored: [], deadLettered: [], failed };
}

const at = (partition: number, offset: number) => record(undefined, { partition, offset });

test.each([true, false])(
  'a batch without failures is answered with an empty list, partial responses or not (%s)',
  (partial) => {
    const [delivery] = deliveriesOf(record());
    if (!delivery) throw new Error('no delivery');
    expect(answer({ stored: [delivery], deadLettered: [], failed: [] }, partial)).toEqual({
      batchItemFailures: [],
    });
  },
);

describe('where the mapping reads partial responses', () => {
  test('every failed record is named, and no other', () => {
    expect(answer(fatesOf(at(0, 7), at(0, 8), at(2, 0)), true)).toEqual({
      batchItemFailures: [
        { itemIdentifier: { partition: 'notifications-0', offset: 7 } },
        { itemIdentifier: { partition: 'notifications-0', offset: 8 } },
        { itemIdentifier: { partition: 'notifications-2', offset: 0 } },
      ],
    });
  });

  test('a record is named by the key of the event, whatever it says itself', () => {
    const event = { ...eventOf([]), records: { 'key-of-the-event-0': [at(9, 5)] } };
    const [delivery] = readEvent(event);
    if (!delivery) throw new Error('no delivery');
    expect(answer({ stored: [], deadLettered: [], failed: [{ delivery, cause }] }, true)).toEqual({
      batchItemFailures: [{ itemIdentifier: { partition: 'key-of-the-event-0', offset: 5 } }],
    });
  });

  test('a broken record with an offset is named too', () => {
    const broken = { offset: 3, value: 7 };
    expect(answer(fatesOf(broken), true).batchItemFailures).toEqual([
      { itemIdentifier: { partition: 'notifications-0', offset: 3 } },
    ]);
  });

  test.each([null, 'text', {}, { offset: '3' }, { offset: -1 }, { offset: 1.5 }])(
    'a failed record that cannot be named returns the whole batch: %j',
    (broken) => {
      expect(() => answer(fatesOf(at(0, 7), broken), true)).toThrow(BatchFailedError);
    },
  );

  test('the answer never names coordinates that were not in the event', () => {
    const index = fc.nat({ max: 3 });
    const one = fc.oneof(
      fc
        .record({ partition: index, offset: index })
        .map(({ partition, offset }) => at(partition, offset)),
      fc.record({ topic: fc.anything(), partition: fc.anything(), offset: fc.anything() }),
    );
    fc.assert(
      fc.property(fc.array(one), fc.func(fc.boolean()), (records, fails) => {
        const event = eventOf(records);
        const deliveries = readEvent(event);
        const failed = deliveries.filter(fails).map((delivery) => ({ delivery, cause }));
        const names = () =>
          answer({ stored: [], deadLettered: [], failed }, true).batchItemFailures;
        const offsets = failed.map(
          ({ delivery }) => (delivery.record as { offset?: unknown }).offset,
        );
        if (!offsets.every((offset) => Number.isSafeInteger(offset) && Number(offset) >= 0)) {
          expect(names).toThrow(BatchFailedError);
          return;
        }
        expect(names()).toHaveLength(failed.length);
        for (const { itemIdentifier } of names()) {
          const partition = event.records[itemIdentifier.partition] ?? [];
          expect(partition.map(({ offset }) => offset)).toContain(itemIdentifier.offset);
        }
      }),
    );
  });
});

describe('where the mapping does not read partial responses', () => {
  test('one failure returns the whole batch, for a normal return would commit it', () => {
    expect(() => answer(fatesOf(at(0, 7)), false)).toThrow(BatchFailedError);
  });

  test('the error tells how many failed, where and why, and quotes no data', () => {
    const data = { key: MARKER, value: MARKER, headers: [{ [MARKER]: [1] }] };
    const { failed } = fatesOf(
      record('', { ...data, offset: 9 }),
      record('', { ...data, offset: 4 }),
      record('', { ...data, partition: 2, offset: 1 }),
      record('', { ...data, partition: 3, offset: MARKER }),
    );
    const other = new CircuitOpenError('The circuit breaker is open.');
    const mixed = failed.map((one, index) => (index === 2 ? { ...one, cause: other } : one));
    let thrown: unknown;
    try {
      answer({ stored: [], deadLettered: [], failed: mixed }, false);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BatchFailedError);
    const error = thrown as BatchFailedError;
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('4 records failed');
    expect(error.message).toContain(
      'notifications-0: 2 from offset 4; notifications-2: 1 from offset 1',
    );
    expect(error.message).toContain('notifications-3: 1 from offset unknown');
    // Each reason once.
    expect(error.message).toMatch(
      /\)\. The time for the batch ran out\. The circuit breaker is open\.$/,
    );
    expect(`${error.message} ${error.stack}`).not.toContain(MARKER);
  });
});
