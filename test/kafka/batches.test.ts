import type { RecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordsAndGaps, recordsOf } from '../../src/kafka/batches.ts';
import type { Fetched } from '../../src/kafka/fetch-client.ts';
import { batchOf, fetchedOf, markerOf } from './support/batch.ts';

type Kind = 'record' | 'aborted' | 'compacted' | 'marker';

/** Plays what producers did to a partition. `log` says what is at each offset. */
function play(steps: readonly Step[]): { fetched: Fetched; log: Kind[] } {
  const log: Kind[] = [];
  const batches: RecordsBatch[] = [];
  const aborted: { producerId: bigint; firstOffset: bigint }[] = [];
  /** Offsets of each producer's open transaction. */
  const open = new Map<number, number[]>();
  const end = (producer: number, how: 'commit' | 'abort') => {
    const offsets = open.get(producer);
    if (!offsets) return;
    open.delete(producer);
    if (how === 'abort') {
      aborted.push({ producerId: BigInt(producer), firstOffset: BigInt(offsets[0] ?? 0) });
      for (const offset of offsets) log[offset] = 'aborted';
    }
    batches.push(markerOf(log.length, producer, how));
    log.push('marker');
  };
  for (const { what, producer, size, hole } of steps) {
    if (what !== 'write') {
      end(producer, what);
      continue;
    }
    // A hole of plain records only: what compaction took from an aborted transaction counts as aborted.
    if (hole && open.size === 0 && aborted.length === 0) log.push('compacted');
    const offsets = Array.from({ length: size }, (_, at) => log.length + at);
    batches.push(batchOf(offsets, producer === 0 ? null : producer));
    log.push(...offsets.map(() => 'record' as const));
    if (producer > 0) open.set(producer, [...(open.get(producer) ?? []), ...offsets]);
  }
  for (const producer of [...open.keys()]) end(producer, 'commit');
  return { fetched: fetchedOf(batches, aborted), log };
}

interface Step {
  readonly what: 'write' | 'commit' | 'abort';
  /** 0 writes without a transaction. */
  readonly producer: number;
  readonly size: number;
  readonly hole: boolean;
}
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom('write', 'write', 'commit', 'abort'),
    producer: fc.integer({ min: 0, max: 2 }),
    size: fc.integer({ min: 1, max: 3 }),
    hole: fc.boolean(),
  }),
  { maxLength: 20 },
);
const offset = fc.integer({ min: 0, max: 40 });

test('the consumer gets each committed record from its position on', () => {
  fc.assert(
    fc.property(steps, offset, (played, from) => {
      const { fetched, log } = play(played);
      const wanted = [...log.keys()].filter((at) => at >= from && log[at] === 'record');
      const records = recordsOf(fetched, BigInt(from));
      expect(records.map((record) => record.offset)).toEqual(wanted);
    }),
  );
});

test('a range has each of its offsets once, as a record or with the reason for the gap, but for markers', () => {
  fc.assert(
    fc.property(steps, offset, offset, (played, from, last) => {
      const { fetched, log } = play(played);
      const found = new Map<number, Kind>();
      for (const one of recordsAndGaps(fetched, BigInt(from), BigInt(last))) {
        const [first, end] =
          one.kind === 'record'
            ? [one.record.offset, one.record.offset]
            : [Number(one.first), Number(one.last)];
        for (let at = first; at <= end; at += 1) {
          expect(found.has(at)).toBe(false);
          found.set(at, one.kind === 'record' ? 'record' : (one.why as Kind));
        }
      }
      const wanted = [...log.entries()].filter(
        ([at, kind]) => at >= from && at <= last && kind !== 'marker',
      );
      expect([...found]).toEqual(wanted);
    }),
  );
});

test('records that compaction took out of a batch are gaps, at its end too', () => {
  const fetched = fetchedOf([batchOf([5, 7], null, 9)]);
  const found = [...recordsAndGaps(fetched, 3n, 20n)].map((one) =>
    one.kind === 'record' ? one.record.offset : `${one.first}-${one.last} ${one.why}`,
  );
  expect(found).toEqual(['3-4 compacted', 5, '6-6 compacted', 7, '8-9 compacted']);
});
