import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { type RecordOrGap, recordsAndGaps } from './batches.ts';
import { createFetchClient } from './fetch-client.ts';
import { createGaps, type Gone, type WhyGone } from './gaps.ts';
import { createRangeFetch, type Found } from './range-fetch.ts';

export interface RangeReader {
  /**
   * Reads the records of a range, in order, and reports each gap. The range is covered but for the markers that end
   * transactions: they never held a record.
   *
   * It makes one fetch after the other, each of at most 1 MiB unless one batch is larger, so a range may be of any length.
   * Several ranges may be read at a time; they take turns.
   *
   * @param first the first offset of the range
   * @param last the last offset of the range
   * @param signal ends it between two fetches
   * @throws {KafkaError} that says why Kafka cannot be read and what to do, after some retries when those can help
   * @throws the reason of the signal
   */
  read(
    topic: string,
    partition: number,
    first: bigint,
    last: bigint,
    signal?: AbortSignal,
  ): AsyncIterable<RecordOrGap>;
  close(): Promise<void>;
}

/** After so many fetches without a record, although the log goes on, there is none. */
const MAX_EMPTY_FETCHES = 3;

/**
 * Reads records by their offsets. It joins no consumer group and commits nothing; it connects with the first range.
 *
 * It leaves out records of aborted transactions, as a consumer with `isolation.level=read_committed` does.
 */
export function createRangeReader(connection: KafkaConnectionSettings): RangeReader {
  const client = createFetchClient(connection);
  const fetchAt = createRangeFetch(connection, client);

  async function* read(
    topic: string,
    partition: number,
    first: bigint,
    last: bigint,
    signal?: AbortSignal,
  ): AsyncGenerator<RecordOrGap> {
    const gaps = createGaps();
    let next = first;
    let emptyFetches = 0;
    while (next <= last) {
      signal?.throwIfAborted();
      const place = { topic, partition, offset: next, last, patient: emptyFetches > 0 };
      const found = await fetchAt(place, signal);
      if (found.kind === 'batches') {
        emptyFetches = 0;
        for (const one of recordsAndGaps(found.fetched, next, last)) {
          const before = one.kind === 'record' ? gaps.take() : gaps.add(one);
          if (before) yield before;
          if (one.kind === 'record') yield one;
        }
        next = found.fetched.next;
        continue;
      }
      const gap = gapAt(found, next, last, emptyFetches + 1 === MAX_EMPTY_FETCHES);
      if (gap) {
        const before = gaps.add(gap);
        if (before) yield before;
        next = gap.last + 1n;
      } else emptyFetches += 1;
    }
    const gap = gaps.take();
    if (gap) yield gap;
  }

  return { read, close: client.close };
}

/**
 * Why a fetch from `next` on brought nothing.
 *
 * @param isCompacted whether to conclude from many such fetches that compaction left nothing up to the end of the log
 * @returns null when the log goes on at `next`, so that another fetch may bring something
 */
function gapAt(
  found: Exclude<Found, { kind: 'batches' }>,
  next: bigint,
  last: bigint,
  isCompacted: boolean,
): Gone | null {
  const gap = (end: bigint, why: WhyGone): Gone => ({
    ...{ kind: 'gone', first: next, why },
    last: end <= last ? end - 1n : last,
  });
  if (found.kind !== 'nothing') return gap(last + 1n, found.kind);
  const { start, end } = found.bounds;
  if (next < start) return gap(start, 'deleted');
  if (next >= end) return gap(last + 1n, 'not-written-yet');
  return isCompacted ? gap(end, 'compacted') : null;
}
