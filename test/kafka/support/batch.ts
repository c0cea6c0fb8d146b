import type { RecordsBatch } from '@platformatic/kafka';
import type { Fetched } from '../../../src/kafka/fetch-client.ts';

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

/**
 * A batch from the first of these offsets to the last.
 *
 * @param producer in whose transaction the batch is; null for none
 */
export function batchOf(
  offsets: readonly number[],
  producer: number | null = null,
  last = offsets.at(-1) ?? 0,
): RecordsBatch {
  const [first = 0] = offsets;
  return {
    ...{ firstOffset: BigInt(first), lastOffsetDelta: last - first, length: 0, crc: 0, magic: 2 },
    ...{ firstTimestamp: 0n, maxTimestamp: 0n, partitionLeaderEpoch: 0, firstSequence: 0 },
    attributes: producer === null ? 0 : TRANSACTIONAL,
    ...{ producerId: BigInt(producer ?? -1), producerEpoch: 0 },
    records: offsets.map((offset) => ({
      ...{ length: 0, attributes: 0, timestampDelta: 0n, offsetDelta: offset - first },
      ...{ key: null, value: Buffer.from('x'), headers: [] },
    })),
  };
}

/** The marker that ends a producer's transaction. */
export function markerOf(offset: number, producer: number, end: 'commit' | 'abort'): RecordsBatch {
  const batch = batchOf([offset], producer);
  const key = Buffer.from([0, 0, 0, end === 'commit' ? 1 : 0]);
  return {
    ...batch,
    attributes: TRANSACTIONAL | CONTROL,
    records: batch.records.map((record) => ({ ...record, key })),
  };
}

/** What a fetch of partition 0 brings. */
export function fetchedOf(
  batches: readonly RecordsBatch[],
  aborted: Fetched['aborted'] = [],
): Fetched {
  const last = batches.at(-1);
  const next = last ? last.firstOffset + BigInt(last.lastOffsetDelta) + 1n : 0n;
  return { topic: 'topic', partition: 0, batches, aborted, next };
}
