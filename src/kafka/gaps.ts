/**
 * Why there is no record at an offset:
 *
 * - `deleted`: it is before the start of the log, which retention or a person has moved.
 * - `compacted`: it is within the log, and the log does not hold it: a later record had the same key. A compacted topic
 *   does not tell what else was at such an offset: an expired tombstone, or the expired marker of a transaction.
 * - `aborted`: its producer wrote it in a transaction and aborted that. When the topic is compacted too, offsets in between
 *   that were compacted count as aborted.
 * - `not-written-yet`: it is behind the end of the log, or in an open transaction. A log that was truncated, or a topic
 *   that was created again, looks the same.
 * - `no-such-partition`, `no-such-topic`: this may be another cluster.
 *
 * A topic that was created again under its old name gives other records at the same offsets: nothing shows that.
 */
export type WhyGone =
  | 'deleted'
  | 'compacted'
  | 'aborted'
  | 'not-written-yet'
  | 'no-such-partition'
  | 'no-such-topic';

/** Offsets without records, from `first` to `last`, both included. */
export interface Gone {
  readonly kind: 'gone';
  readonly first: bigint;
  readonly last: bigint;
  readonly why: WhyGone;
}

/**
 * Joins neighbouring gaps of the same kind: compaction can leave every second offset, in each of many batches. It holds
 * one gap back, which the next may extend.
 */
export function createGaps() {
  let pending: Gone | null = null;

  /** @returns the gap that was held back; null when there is none */
  function take(): Gone | null {
    const gap = pending;
    pending = null;
    return gap;
  }

  return {
    take,
    /** @returns the gap before, which this one does not extend; null when there is none */
    add(gap: Gone): Gone | null {
      const isNeighbour = pending?.why === gap.why && pending.last + 1n === gap.first;
      const before = isNeighbour ? null : take();
      pending = { ...gap, first: pending?.first ?? gap.first };
      return before;
    },
  };
}
