import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetTracker } from '../../src/consumer/offsets.ts';
import type { KafkaRecord } from '../../src/kafka/event.ts';
import { record } from '../support/records.ts';

const at = (offset: number, partition = 0, topic = 'notifications') =>
  record('x', { topic, partition, offset });
const position = (offset: number, partition = 0) => ({ topic: 'notifications', partition, offset });

/** A tracker that has received these offsets of partition 0. */
function trackerOf(...offsets: number[]): OffsetTracker {
  const tracker = new OffsetTracker();
  for (const offset of offsets) tracker.begin(at(offset));
  return tracker;
}

test('nothing is committed before anything is settled', () => {
  expect(new OffsetTracker().committable()).toEqual([]);
  expect(trackerOf(5, 6).committable()).toEqual([]);
});

test('the position behind the settled prefix is committed', () => {
  const tracker = trackerOf(5, 6, 7);
  tracker.settle([at(5), at(6)]);
  expect(tracker.committable()).toEqual([position(7)]);
  tracker.settle([at(7)]);
  expect(tracker.committable()).toEqual([position(8)]);
});

test('a record that is held back holds back the commit of all behind it', () => {
  const tracker = trackerOf(5, 6, 7);
  tracker.settle([at(6), at(7)]);
  expect(tracker.committable()).toEqual([]);
  tracker.settle([at(5)]);
  expect(tracker.committable()).toEqual([position(8)]);
});

test('a gap in the offsets, as compaction and transactions leave it, holds back nothing', () => {
  const tracker = trackerOf(5, 9, 20);
  tracker.settle([at(5)]);
  expect(tracker.committable()).toEqual([position(9)]);
  tracker.settle([at(9), at(20)]);
  expect(tracker.committable()).toEqual([position(21)]);
});

test('each partition of each topic has a position of its own', () => {
  const tracker = new OffsetTracker();
  const list = [at(1, 0), at(1, 1), at(1, 0, 'other')];
  for (const one of list) tracker.begin(one);
  tracker.settle(list.slice(1));
  expect(tracker.committable()).toEqual([
    position(2, 1),
    { topic: 'other', partition: 0, offset: 2 },
  ]);
});

test('a position that is committed is not committed again', () => {
  const tracker = trackerOf(5, 6);
  tracker.settle([at(5)]);
  tracker.committed(tracker.committable());
  expect(tracker.committable()).toEqual([]);
  tracker.settle([at(6)]);
  expect(tracker.committable()).toEqual([position(7)]);
});

test('a commit that failed is offered again', () => {
  const tracker = trackerOf(5);
  tracker.settle([at(5)]);
  expect(tracker.committable()).toEqual([position(6)]);
  expect(tracker.committable()).toEqual([position(6)]);
});

test('a record of a partition that is not known settles nothing', () => {
  const tracker = trackerOf(5);
  tracker.settle([at(5, 9)]);
  tracker.committed([position(7, 9)]);
  expect(tracker.committable()).toEqual([]);
});

test('a record that is delivered again while it is held back still holds back', () => {
  const tracker = trackerOf(5, 6, 5, 6);
  tracker.settle([at(6)]);
  expect(tracker.committable()).toEqual([]);
  tracker.settle([at(5)]);
  expect(tracker.committable()).toEqual([position(7)]);
});

/** A partition in Kafka, as a consumer sees it: it goes on in order, or back to what was committed. */
interface Log {
  readonly partition: number;
  readonly offsets: readonly number[];
  next: number;
  committed: number;
  readonly underWay: Set<number>;
  readonly settled: Set<number>;
}

const logs = fc
  .array(fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((partitions) =>
    partitions.map((offsets, partition): Log => {
      const sorted = offsets.toSorted((a, b) => a - b);
      const committed = sorted[0] ?? 0;
      const sets = { underWay: new Set<number>(), settled: new Set<number>() };
      return { partition, offsets: sorted, next: 0, committed, ...sets };
    }),
  );
const steps = fc.array(
  fc.record({
    action: fc.constantFrom('deliver', 'deliver', 'settle', 'settle', 'commit', 'rewind'),
    log: fc.nat(),
    pick: fc.nat(),
  }),
  { maxLength: 150, size: 'max' },
);

test('no commit ever passes a record that was not settled, and all settled is all committed', () => {
  fc.assert(
    fc.property(logs, steps, (partitions, plan) => {
      const tracker = new OffsetTracker();
      const begin = (log: Log) => {
        const offset = log.offsets[log.next];
        if (offset === undefined) return;
        tracker.begin(at(offset, log.partition));
        log.underWay.add(offset);
        log.next += 1;
      };
      const settle = (log: Log, offsets: readonly number[]) => {
        tracker.settle(offsets.map((offset): KafkaRecord => at(offset, log.partition)));
        for (const offset of offsets) {
          log.underWay.delete(offset);
          log.settled.add(offset);
        }
      };
      const check = () => {
        for (const { partition, offset } of tracker.committable()) {
          const log = partitions[partition] as Log;
          expect(offset).toBeGreaterThan(log.committed);
          const passed = log.offsets.filter((one) => one < offset);
          expect(log.settled.isSupersetOf(new Set(passed))).toBe(true);
        }
      };
      const commit = () => {
        const positions = tracker.committable();
        for (const { partition, offset } of positions)
          (partitions[partition] as Log).committed = offset;
        tracker.committed(positions);
        expect(tracker.committable()).toEqual([]);
      };

      for (const { action, log: index, pick } of plan) {
        const log = partitions[index % partitions.length] as Log;
        const underWay = [...log.underWay];
        if (action === 'deliver') begin(log);
        if (action === 'settle' && underWay.length > 0)
          settle(log, [underWay[pick % underWay.length] as number]);
        check();
        if (action === 'commit') commit();
        // The subscription broke, or the group was rebalanced: all that is not committed comes again.
        if (action === 'rewind') log.next = log.offsets.findIndex((one) => one >= log.committed);
        if (log.next < 0) log.next = log.offsets.length;
      }
      for (const log of partitions) {
        while (log.next < log.offsets.length) begin(log);
        settle(log, [...log.underWay]);
      }
      check();
      commit();
      expect(partitions.map(({ committed }) => committed)).toEqual(
        partitions.map(({ offsets }) => (offsets.at(-1) ?? 0) + 1),
      );
    }),
    { numRuns: 500 },
  );
});
