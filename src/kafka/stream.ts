import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { SinkRecord } from '../record/record.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { within } from '../timing/within.ts';
import { recordsOf } from './batches.ts';
import { UnreadableBatch } from './decompression.ts';
import { createFetchClient, type Fetched, type FetchLimits } from './fetch-client.ts';
import { stepOver } from './step-over.ts';

/** A fetch without records is answered within half a second. One without an answer after this time has lost it. */
const SILENCE_MS = 15_000;
/**
 * The stream decodes a fetch in one turn of the event loop: about 800 small records; compressed ones can be several times as
 * many. All of it is in memory beside the batches; with 1 MiB the process took 4 MB more (docs/benchmarks.md). Of a larger
 * record Kafka sends the whole.
 */
const LIMITS: FetchLimits = { maxBytes: 256 * 1024, maxWaitMs: 500 };

/** A partition whose log does not hold an offset any more, and the first offset that it holds. */
export interface Reset extends TopicPartition {
  readonly offset: number;
  readonly start: number;
}

/** Records from the partitions of one generation of the group. */
export interface RecordStream {
  pause(): void;
  resume(): void;
  /** Delivers nothing more, and closes its connections when it can. */
  close(): void;
}

/** Observes a stream. */
export interface StreamObserver {
  /** Every broker that it asks has answered. */
  onFlow(): void;
  /** The records of a fetch, of one partition and in order. */
  onRecords(records: readonly SinkRecord[]): void;
  /**
   * A partition goes on at the start of its log: retention has deleted the offset, or the topic was created again. Whatever
   * the settings say of new groups, this one skips nothing that Kafka holds.
   */
  onReset(reset: Reset): void;
  /** A batch cannot be read; `position` is where the partition is. The stream ends, and its successor begins behind it. */
  onUnreadable(at: TopicPartition, batch: UnreadableBatch, position: number): void;
  /** The error that ended the stream, at most once. */
  onBreak(error: unknown): void;
}

/**
 * Starts to fetch, one fetch at a time from each broker that leads a partition. When the stream is paused, it still
 * delivers the fetches under way. It repeats nothing: the first error ends the stream, and its successor finds out again
 * where to begin and whom to ask.
 *
 * @param offsets where to begin
 * @param client its own, so that waiting fetches do not hold up heartbeats and commits
 */
export function openStream(
  connection: KafkaConnectionSettings,
  offsets: PartitionMap<number>,
  { onFlow, onRecords, onReset, onUnreadable, onBreak }: StreamObserver,
  client = createFetchClient(connection),
): RecordStream {
  let open = true;
  /** While the stream is paused. */
  let paused: PromiseWithResolvers<void> | undefined;
  const positions = new PartitionMap([...offsets].map(([at, offset]) => [at, BigInt(offset)]));

  /** When a log does not hold an offset, its partition goes on at the start of the log. */
  async function fetch(node: number, from: PartitionMap<bigint>): Promise<Iterable<Fetched>> {
    const fetched = await client.fetch(node, from, LIMITS);
    if (fetched !== 'out-of-range') return fetched;
    const bounds = await client.bounds(from.keys());
    return [...from].map(([at, position]) => {
      const { start, end } = bounds.get(at) ?? { start: 0n, end: 0n };
      const isThere = position >= start && position <= end;
      if (!isThere && open) onReset({ ...at, offset: Number(position), start: Number(start) });
      return { ...at, batches: [], aborted: [], next: isThere ? position : start };
    });
  }

  /** A function of its own, so that what a fetch brought is garbage while the next one waits. */
  async function deliver(node: number, partitions: readonly TopicPartition[]): Promise<void> {
    const from = new PartitionMap(partitions.map((at) => [at, positions.get(at) ?? 0n]));
    const fetched = await within(SILENCE_MS, () => fetch(node, from)).catch((error) =>
      error instanceof UnreadableBatch ? findUnreadable(from, error) : Promise.reject(error),
    );
    if (open) for (const one of fetched) take(one);
  }

  function take(fetched: Fetched): void {
    const records = recordsOf(fetched, positions.get(fetched) ?? 0n);
    positions.set(fetched, fetched.next);
    if (records.length > 0) onRecords(records);
  }

  /** @throws the error, once all is delivered that came before the batch: the client serves no more */
  async function findUnreadable(
    from: PartitionMap<bigint>,
    error: UnreadableBatch,
  ): Promise<never> {
    await within(SILENCE_MS, () =>
      stepOver(
        connection,
        from,
        LIMITS.maxBytes,
        (fetched) => open && take(fetched),
        (at, batch) => open && onUnreadable(at, batch, Number(positions.get(at))),
      ),
    );
    throw error;
  }

  async function follow(
    node: number,
    partitions: readonly TopicPartition[],
    onFirst: () => void,
  ): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      while (paused) await paused.promise;
      if (!open) return;
      await deliver(node, partitions);
      if (isFirst) onFirst();
    }
  }

  async function run(): Promise<void> {
    try {
      const partitions = offsets.keys();
      const leaders = await within(SILENCE_MS, () => client.leaders(partitions, true));
      if (leaders.size < partitions.length) throw new Error('A topic has lost a partition.');
      const byLeader = Map.groupBy(partitions, (at) => leaders.get(at) as number);
      let silent = byLeader.size;
      const onFirst = () => {
        silent -= 1;
        if (silent === 0 && open) onFlow();
      };
      await Promise.all([...byLeader].map(([node, group]) => follow(node, group, onFirst)));
    } catch (error) {
      if (!open) return;
      close();
      onBreak(error);
    }
  }

  function resume(): void {
    paused?.resolve();
    paused = undefined;
  }

  function close(): void {
    if (!open) return;
    open = false;
    resume();
    // Nothing depends on how its connections close.
    client.close().catch(() => {});
  }

  void run();
  return {
    pause() {
      paused ??= Promise.withResolvers();
    },
    resume,
    close,
  };
}
