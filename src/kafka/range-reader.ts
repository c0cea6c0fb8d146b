import type { SinkRecord } from '../record/record.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { createGaps, type Gone } from './gaps.ts';
import { createLogReader } from './log.ts';
import { sift } from './sift.ts';

/** One record of a range, or offsets of it that hold none. */
export type Fetched = { readonly kind: 'record'; readonly record: SinkRecord } | Gone;

export interface RecordFetcher {
  /**
   * Reads the records of a range, in order. Every offset of the range is told of, but for those of the markers that end a
   * transaction: no record was ever there.
   *
   * It goes on one fetch after the other, each of at most 1 MiB unless one batch of records is larger, so a range may be
   * as long as it likes. Several ranges may be read at a time; they take turns.
   *
   * @param first and `last` are both of the range
   * @param signal ends it between two fetches
   * @throws {KafkaError} that says why Kafka cannot be read and what to do, after some retries where those can help
   * @throws the reason of the signal
   */
  fetch(
    topic: string,
    partition: number,
    first: bigint,
    last: bigint,
    signal?: AbortSignal,
  ): AsyncIterable<Fetched>;
  close(): Promise<void>;
}

/** Reads that find nothing although the log goes on, before that is believed. */
const MAX_EMPTY_READS = 3;

/**
 * Reads records by their offsets. It joins no consumer group and commits nothing; it connects with the first range.
 *
 * Transactions that were aborted count for nothing, as for a consumer with `isolation.level=read_committed`.
 */
export function createRecordFetcher(connection: KafkaConnectionSettings): RecordFetcher {
  const log = createLogReader(connection);

  async function* fetch(
    topic: string,
    partition: number,
    first: bigint,
    last: bigint,
    signal?: AbortSignal,
  ): AsyncGenerator<Fetched> {
    const gaps = createGaps();
    let next = first;
    let emptyReads = 0;
    while (next <= last) {
      signal?.throwIfAborted();
      const found = await log.read(
        { topic, partition, offset: next, last, patient: emptyReads > 0 },
        signal,
      );
      if (found.kind === 'no-such-topic' || found.kind === 'no-such-partition') {
        yield* gaps.add(next, last, found.kind);
        break;
      }
      if (found.kind === 'batches') {
        emptyReads = 0;
        for (const part of sift(topic, partition, found, next, last)) {
          if (part.kind === 'record') yield* gaps.flush();
          yield* part.kind === 'record' ? [part] : gaps.add(part.first, part.last, part.why);
        }
        next = found.next;
        continue;
      }
      const { start, end } = found;
      if (next < start) {
        yield* gaps.add(next, least(last, start - 1n), 'deleted');
        next = start;
      } else if (next >= end) {
        yield* gaps.add(next, last, 'not-written-yet');
        break;
      } else if (++emptyReads === MAX_EMPTY_READS) {
        // Compaction has left nothing from here to the end of the log.
        yield* gaps.add(next, least(last, end - 1n), 'compacted');
        next = end;
      }
    }
    yield* gaps.flush();
  }

  return { fetch, close: log.close };
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
