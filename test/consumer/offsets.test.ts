import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetTracker } from '../../src/consumer/offsets.ts';
import { memoryOf, type SinkRecord } from '../../src/record/record.ts';
import { sinkRecord as record } from '../support/records.ts';

const at = (offset: number, partition = 0) => record('x', { partition, offset });
const topic = 'notifications';
const partitionOf = (partition: number) => ({ topic, partition });
const position = (partition: number, offset: number) => ({ topic, partition, offset });

/** A tracker of partition 0 from offset 5 on, and the records with these offsets, that it has received. */
function track(...offsets: number[]) {
  const tracker = new OffsetTracker();
  tracker.assign(partitionOf(0), 5, 5);
  const records = offsets.map((offset) => at(offset));
  for (const one of records) tracker.begin(one);
  const acknowledge = (...some: number[]) =>
    tracker.acknowledge(records.filter(({ offset }) => some.includes(offset)));
  return { tracker, records, acknowledge };
}

test('nothing is committed before anything is acknowledged', () => {
  expect(new OffsetTracker().committable()).toEqual([]);
  expect(track(5, 6).tracker.committable()).toEqual([]);
});

test('the position behind the acknowledged prefix is committed', () => {
  const { tracker, acknowledge } = track(5, 6, 7);
  acknowledge(5, 6);
  expect(tracker.committable()).toEqual([position(0, 7)]);
  acknowledge(7);
  expect(tracker.committable()).toEqual([position(0, 8)]);
});

test('a record that is held back holds back the commit of all behind it', () => {
  const { tracker, acknowledge } = track(5, 6, 7);
  acknowledge(6, 7);
  expect(tracker.committable()).toEqual([]);
  acknowledge(5);
  expect(tracker.committable()).toEqual([position(0, 8)]);
});

test('a gap in the offsets, as compaction and transactions leave it, holds back nothing', () => {
  const { tracker, acknowledge } = track(7, 9, 20);
  acknowledge(7);
  expect(tracker.committable()).toEqual([position(0, 9)]);
  acknowledge(9, 20);
  expect(tracker.committable()).toEqual([position(0, 21)]);
});

test('each partition has a position of its own', () => {
  const tracker = new OffsetTracker();
  const list = [at(1, 0), at(1, 1), at(4, 2)];
  for (const { partition, offset } of list) tracker.assign(partitionOf(partition), offset, offset);
  for (const one of list) tracker.begin(one);
  tracker.acknowledge(list.slice(1));
  expect(tracker.committable()).toEqual([position(1, 2), position(2, 5)]);
});

test('a position that is committed is not committed again, one whose commit failed is', () => {
  const { tracker, acknowledge } = track(5, 6);
  acknowledge(5);
  expect(tracker.committable()).toEqual([position(0, 6)]);
  expect(tracker.committable()).toEqual([position(0, 6)]);
  tracker.committed(tracker.committable());
  expect(tracker.committable()).toEqual([]);
});

test('a partition without a commit is committed where it begins', () => {
  const tracker = new OffsetTracker();
  tracker.assign(partitionOf(0), 70, null);
  expect(tracker.committable()).toEqual([position(0, 70)]);
  tracker.committed(tracker.committable());
  expect(tracker.committable()).toEqual([]);
});

test('a record that has arrived before is not handled again, be it under way or acknowledged', () => {
  const { tracker, acknowledge } = track(5, 6);
  acknowledge(6);
  expect(tracker.begin(at(5))).toBe(false);
  expect(tracker.begin(at(6))).toBe(false);
  expect(tracker.begin(at(7))).toBe(true);
  expect(tracker.next(partitionOf(0))).toBe(8);
});

test('a record of a partition that is not ours is not handled, and acknowledges nothing', () => {
  const { tracker } = track(5);
  expect(tracker.begin(at(5, 9))).toBe(false);
  tracker.acknowledge([at(5, 9)]);
  tracker.committed([position(9, 7)]);
  expect(tracker.next(partitionOf(9))).toBeUndefined();
  expect(tracker.partitions()).toEqual([
    { topic, partition: 0, committed: 5, position: 5, pending: 1 },
  ]);
});

test('a record of an earlier assignment acknowledges nothing in the present one, even at the same offset', () => {
  const { tracker, records } = track(5);
  tracker.drop(partitionOf(0));
  tracker.assign(partitionOf(0), 5, 5);
  tracker.begin(at(5));
  tracker.acknowledge(records);
  expect(tracker.committable()).toEqual([]);
  expect(records.map((one) => tracker.isPending(one))).toEqual([false]);
});

test('a commit of an earlier assignment that is acknowledged late does not pass what has not arrived again', () => {
  const { tracker, acknowledge } = track(5, 6, 7, 8);
  acknowledge(5, 6, 7, 8);
  const positions = tracker.committable();
  tracker.assign(partitionOf(0), 6, 6);
  tracker.committed(positions);
  tracker.begin(at(6));
  expect(tracker.wentBack(at(6))).toBe(false);
  expect(tracker.partitions()).toEqual([
    { topic, partition: 0, committed: 6, position: 6, pending: 1 },
  ]);
});

test('only what lies behind the commit has gone back', () => {
  const { tracker, acknowledge } = track(5, 6);
  acknowledge(5);
  tracker.committed(tracker.committable());
  expect([at(5), at(6), at(7), at(0, 9)].map((one) => tracker.wentBack(one))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('what is in memory is counted until it is acknowledged or its partition is gone', () => {
  const { tracker, acknowledge } = track(5, 6, 7);
  tracker.assign(partitionOf(1), 0, 0);
  tracker.begin(at(0, 1));
  expect([tracker.records, tracker.bytes]).toEqual([4, 4 * memoryOf(at(0))]);
  acknowledge(6);
  acknowledge(6);
  expect(tracker.records).toBe(3);
  tracker.drop(partitionOf(0));
  acknowledge(5);
  expect([tracker.records, tracker.bytes]).toEqual([1, memoryOf(at(0))]);
});

/** A partition in Kafka, as a member sees it: it goes on in order, or back to what the group has committed. */
interface Log {
  readonly partition: number;
  readonly offsets: readonly number[];
  next: number;
  /** What the group has committed. */
  committed: number;
  readonly underWay: Set<SinkRecord>;
  readonly acknowledged: Set<number>;
}

const logs = fc
  .array(fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((partitions) =>
    partitions.map((offsets, partition): Log => {
      const sorted = offsets.toSorted((a, b) => a - b);
      const sets = { underWay: new Set<SinkRecord>(), acknowledged: new Set<number>() };
      return { partition, offsets: sorted, next: 0, committed: sorted[0] ?? 0, ...sets };
    }),
  );
const steps = fc.array(
  fc.record({
    action: fc.constantFrom(
      'deliver',
      'deliver',
      'acknowledge',
      'acknowledge',
      'commit',
      'again',
      'reassign',
    ),
    log: fc.nat(),
    pick: fc.nat(),
  }),
  { maxLength: 150, size: 'max' },
);

test('no commit ever passes a record that was not acknowledged or goes back, and all acknowledged is all committed', () => {
  fc.assert(
    fc.property(logs, steps, (partitions, plan) => {
      const tracker = new OffsetTracker();
      const begin = (log: Log) => {
        const offset = log.offsets[log.next];
        if (offset === undefined) return;
        const one = at(offset, log.partition);
        if (tracker.begin(one)) log.underWay.add(one);
        log.next += 1;
      };
      const acknowledge = (log: Log, records: readonly SinkRecord[]) => {
        tracker.acknowledge(records);
        for (const one of records) {
          log.underWay.delete(one);
          log.acknowledged.add(one.offset);
        }
      };
      const check = () => {
        for (const { partition, offset } of tracker.committable()) {
          const log = partitions[partition] as Log;
          expect(offset).toBeGreaterThan(log.committed);
          const passed = log.offsets.filter((one) => one < offset);
          expect(log.acknowledged.isSupersetOf(new Set(passed))).toBe(true);
        }
      };
      const commit = () => {
        const positions = tracker.committable();
        for (const { partition, offset } of positions)
          (partitions[partition] as Log).committed = offset;
        tracker.committed(positions);
        expect(tracker.committable()).toEqual([]);
      };
      const rewind = (log: Log) => {
        log.next = log.offsets.findIndex((one) => one >= log.committed);
        if (log.next < 0) log.next = log.offsets.length;
      };

      for (const { partition, committed } of partitions)
        tracker.assign(partitionOf(partition), committed, committed);
      for (const { action, log: index, pick } of plan) {
        const log = partitions[index % partitions.length] as Log;
        const underWay = [...log.underWay];
        if (action === 'deliver') begin(log);
        if (action === 'acknowledge' && underWay.length > 0)
          acknowledge(log, [underWay[pick % underWay.length] as SinkRecord]);
        check();
        if (action === 'commit') commit();
        // The subscription broke: all that is not committed comes again.
        if (action === 'again') rewind(log);
        // The partition was away meanwhile; what is under way of it can still end.
        if (action === 'reassign') {
          tracker.assign(partitionOf(log.partition), log.committed, log.committed);
          rewind(log);
        }
      }
      for (const log of partitions) {
        while (log.next < log.offsets.length) begin(log);
        acknowledge(log, [...log.underWay]);
      }
      check();
      commit();
      expect(partitions.map(({ committed }) => committed)).toEqual(
        partitions.map(({ offsets }) => (offsets.at(-1) ?? 0) + 1),
      );
      expect([tracker.records, tracker.bytes]).toEqual([0, 0]);
    }),
    { numRuns: 500 },
  );
});

test('a partition whose log has lost offsets goes on behind them, and never back', () => {
  const { tracker } = track();
  tracker.skip(partitionOf(0), 20);
  expect(tracker.partitions()).toMatchObject([{ position: 20 }]);
  expect(tracker.begin(at(19))).toBe(false);
  tracker.skip(partitionOf(0), 7);
  expect(tracker.next(partitionOf(0))).toBe(20);
  tracker.skip(partitionOf(1), 7);
  expect(tracker.next(partitionOf(1))).toBeUndefined();
});
