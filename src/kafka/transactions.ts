import type { fetchV17, RecordsBatch } from '@platformatic/kafka';

/** Aborted transactions, as a broker lists them beside the batches that they reach into. */
export type Aborted = readonly fetchV17.FetchResponsePartitionAbortedTransaction[];

/** Of a batch's attributes. https://kafka.apache.org/documentation/#recordbatch */
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
/** Where the key of a marker has its type, after the version. https://kafka.apache.org/documentation/#controlbatch */
const MARKER_TYPE_AT = 2;
const ABORT = 0;

/** Whether a batch holds no records but the marker that ends a transaction. */
export function isMarker({ attributes }: RecordsBatch): boolean {
  return (attributes & CONTROL) !== 0;
}

/**
 * Follows, from batch to batch of a partition, which producers are in an aborted transaction. It must see every batch.
 *
 * The client removes aborted records itself, but not all: it knows one aborted transaction of a producer at a time, and
 * only when the marker came with the same fetch.
 */
export function createTransactions(aborted: Aborted) {
  const ahead = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const inside = new Set<bigint>();
  function begin(upTo: bigint): void {
    for (let [one] = ahead; one && one.firstOffset <= upTo; [one] = ahead) {
      inside.add(one.producerId);
      ahead.shift();
    }
  }
  return {
    /** Whether the client may have removed aborted batches before this one. */
    before(batch: RecordsBatch): boolean {
      begin(batch.firstOffset - 1n);
      return inside.size > 0;
    },
    /** Whether the records of a batch belong to an aborted transaction. */
    isAborted(batch: RecordsBatch): boolean {
      const { firstOffset, lastOffsetDelta, producerId, attributes, records } = batch;
      begin(firstOffset + BigInt(lastOffsetDelta));
      if (!isMarker(batch)) return (attributes & TRANSACTIONAL) !== 0 && inside.has(producerId);
      if (records[0]?.key?.readInt16BE(MARKER_TYPE_AT) === ABORT) inside.delete(producerId);
      return false;
    },
  };
}
