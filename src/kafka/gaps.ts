/**
 * Why there is no record at an offset:
 *
 * - `deleted`: it lies before the beginning of the log, which retention or a person has moved.
 * - `compacted`: the log goes on behind it, and it is not in it: a later record had the same key. What else can be at such
 *   an offset in a compacted topic cannot be told from it: a tombstone, or the marker of a transaction, whose time is over.
 * - `aborted`: it was written in a transaction that its producer took back. Where a topic is compacted too, what was
 *   compacted in between counts as aborted.
 * - `not-written-yet`: it lies behind the end of the log, or in a transaction that is still open. A log that was truncated
 *   or a topic that was created anew looks the same.
 * - `no-such-partition`, `no-such-topic`: perhaps this is another cluster.
 *
 * A topic that was created anew under its old name gives other records at the same offsets: nothing tells.
 */
export type WhyGone =
  | 'deleted'
  | 'compacted'
  | 'aborted'
  | 'not-written-yet'
  | 'no-such-partition'
  | 'no-such-topic';

/** Offsets without records, `first` and `last` both of them. */
export interface Gone {
  readonly kind: 'gone';
  readonly first: bigint;
  readonly last: bigint;
  readonly why: WhyGone;
}

/** Joins neighbours of the same kind: compaction can leave every second offset, in each of many batches. */
export function createGaps() {
  let waiting: Gone | null = null;

  function* flush(): Generator<Gone> {
    if (waiting) yield waiting;
    waiting = null;
  }

  return {
    flush,
    *add(first: bigint, last: bigint, why: WhyGone): Generator<Gone> {
      const joined = waiting?.why === why && waiting.last + 1n === first;
      if (!joined) yield* flush();
      waiting = { kind: 'gone', first: joined && waiting ? waiting.first : first, last, why };
    },
  };
}
