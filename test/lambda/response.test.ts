import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KafkaEvent } from '../../src/lambda/event.ts';
import { readRecords } from '../../src/lambda/read-event.ts';
import { respond } from '../../src/lambda/response.ts';
import { BatchFailedError, CircuitOpenError, DeadlineError } from '../../src/record/errors.ts';
import type { Failed } from '../../src/record/fates.ts';
import { eventOf, record } from '../support/records.ts';

const cause = new DeadlineError('The time for the batch ran out.');
const MARKER = 'MARKER-c0ffee';

/** The response to an event whose records fail, as far as `fails` says so of their index. */
function respondTo(
  event: KafkaEvent,
  partialBatchResponse: boolean,
  fails: (index: number) => boolean = () => true,
  failed: (failed: Failed[]) => Failed[] = (all) => all,
) {
  const records = [...readRecords(event)];
  const failing = records
    .filter((_, index) => fails(index))
    .map((one): Failed => ({ record: one, cause }));
  return respond(event, records, { failed: failed(failing) }, partialBatchResponse);
}

const at = (partition: number, offset: number) => record(undefined, { partition, offset });
const named = (...places: [partition: string, offset: number][]) => ({
  batchItemFailures: places.map(([partition, offset]) => ({
    itemIdentifier: { partition, offset },
  })),
});

test.each([true, false])(
  'a batch without failures is answered with an empty list, partial responses or not (%s)',
  (partial) => {
    expect(respondTo(eventOf([record()]), partial, () => false)).toEqual(named());
  },
);

describe('when the mapping reads partial responses', () => {
  test('every failed record is named, and no other', () => {
    const event = eventOf([at(0, 7), at(0, 8), at(2, 0), at(2, 1)]);
    expect(respondTo(event, true, (index) => index !== 1)).toEqual(
      named(['notifications-0', 7], ['notifications-2', 0], ['notifications-2', 1]),
    );
  });

  test('a record is named by the key of the event, whatever it says itself', () => {
    const event = { ...eventOf([]), records: { 'key-of-the-event-0': [at(9, 5)] } };
    expect(respondTo(event, true)).toEqual(named(['key-of-the-event-0', 5]));
  });

  test('of two records with the same coordinates only the one that failed is named', () => {
    const event = eventOf([at(0, 7), at(0, 7)]);
    expect(respondTo(event, true, (index) => index === 0)).toEqual(named(['notifications-0', 7]));
  });

  test('a malformed record with an offset is named too', () => {
    expect(respondTo(eventOf([{ offset: 3, value: 7 }]), true)).toEqual(
      named(['notifications-0', 3]),
    );
  });

  test.each([null, 'text', {}, { offset: '3' }, { offset: -1 }, { offset: 1.5 }])(
    'a failed record that cannot be named returns the whole batch: %j',
    (malformed) => {
      expect(() => respondTo(eventOf([at(0, 7), malformed]), true)).toThrow(BatchFailedError);
    },
  );

  test('a failed record that is not of the event returns the whole batch: nothing may be committed behind it', () => {
    const event = eventOf([at(0, 7)]);
    const [stranger] = readRecords(eventOf([at(0, 7)]));
    const failed = [{ record: stranger as Failed['record'], cause }];
    expect(() => respond(event, [...readRecords(event)], { failed }, true)).toThrow(
      BatchFailedError,
    );
  });

  test('the response names every failed record, and never coordinates that were not in the event', () => {
    const index = fc.nat({ max: 3 });
    const one = fc.oneof(
      fc
        .record({ partition: index, offset: index })
        .map(({ partition, offset }) => at(partition, offset)),
      fc.record({ topic: fc.anything(), partition: fc.anything(), offset: fc.anything() }),
    );
    fc.assert(
      fc.property(fc.array(one), fc.func(fc.boolean()), (list, fails) => {
        const event = eventOf(list);
        const raws = Object.entries(event.records).flatMap(([partition, some]) =>
          some.map(({ offset }) => ({ partition, offset: offset as unknown })),
        );
        const failing = raws.filter((_, position) => fails(position));
        const respondNow = () => respondTo(event, true, fails);
        if (!failing.every(({ offset }) => Number.isSafeInteger(offset) && Number(offset) >= 0)) {
          expect(respondNow).toThrow(BatchFailedError);
          return;
        }
        expect(respondNow().batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(
          failing,
        );
      }),
    );
  });
});

describe('when the mapping does not read partial responses', () => {
  test('one failure returns the whole batch, as a normal return would commit it', () => {
    expect(() => respondTo(eventOf([at(0, 7)]), false)).toThrow(BatchFailedError);
  });

  test('the error tells how many failed, where and why, and quotes no data', () => {
    const data = { key: MARKER, value: MARKER, headers: [{ [MARKER]: [1] }] };
    const event = eventOf([
      record('', { ...data, offset: 9 }),
      record('', { ...data, offset: 4 }),
      record('', { ...data, partition: 2, offset: 1 }),
      record('', { ...data, partition: 3, offset: MARKER }),
    ]);
    const other = new CircuitOpenError('The circuit breaker is open.');
    const mix = (all: Failed[]) =>
      all.map((one, position) => (position === 2 ? { ...one, cause: other } : one));
    let thrown: unknown;
    try {
      respondTo(event, false, undefined, mix);
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
