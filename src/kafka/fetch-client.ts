import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, type fetchV17, ProtocolError, type RecordsBatch } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { connectionOptions, type KafkaClient } from './connection.ts';
import { findCode } from './errors.ts';
import { listOffsets } from './list-offsets.ts';
import type { Aborted } from './transactions.ts';

/** What a fetch brought of one partition: whole batches, so the first can begin before the offset of the request. */
export interface Fetched {
  readonly partition: number;
  readonly batches: readonly RecordsBatch[];
  /** Aborted transactions that reach into the batches. */
  readonly aborted: Aborted;
  /** The offset after the last batch; the offset of the request when nothing came. */
  readonly next: bigint;
}

/** The log of a partition holds the offsets from `start` to before `end`. */
export interface Bounds {
  readonly start: bigint;
  readonly end: bigint;
}

export interface FetchLimits {
  /** Bytes of an answer. A batch comes whole, however large it is. */
  readonly maxBytes: number;
  /** Milliseconds for which the broker waits for a first record. */
  readonly maxWaitMs: number;
}

/**
 * Reads topics by offsets. It joins no group and commits nothing; it repeats no request, because it would repeat it to a
 * broker that leads the partition no more. All methods throw the errors of the client.
 */
export interface FetchClient {
  /**
   * @param refresh whether to ask the cluster again; otherwise an earlier answer serves
   * @returns the broker that leads each partition; it leaves out partitions that the topic does not have
   * @throws when a partition has no leader at the moment
   */
  leaders(
    topic: string,
    partitions: readonly number[],
    refresh: boolean,
  ): Promise<ReadonlyMap<number, number>>;
  /**
   * One fetch. A broker keeps one state for each client, so only one fetch may be under way at each broker.
   *
   * @param node the broker that leads the partitions, from `leaders`
   * @param offsets where to begin, by partition
   * @returns what came, perhaps of some partitions only; or that a log does not reach to its offset, or not any more
   */
  fetch(
    topic: string,
    node: number,
    offsets: ReadonlyMap<number, bigint>,
    limits: FetchLimits,
  ): Promise<readonly Fetched[] | 'out-of-range'>;
  bounds(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, Bounds>>;
  close(): Promise<void>;
}

/** It connects with the first request. */
export function createFetchClient(connection: KafkaConnectionSettings): FetchClient {
  const client: KafkaClient = new Consumer({
    ...connectionOptions(connection),
    clientId: 'kafka-pg-sink',
    // The client requires a name, and uses it only for requests of a group.
    groupId: 'kafka-pg-sink',
    retries: 0,
  });
  // The request under way fails with the same error.
  client.on('error', () => {});
  /** Fetches name a topic by its id. */
  const ids = new Map<string, string>();

  return {
    async leaders(topic, partitions, refresh) {
      const { topics } = await client.metadata({ topics: [topic], forceUpdate: refresh });
      const metadata = topics.get(topic);
      ids.set(topic, metadata?.id ?? '');
      const leaders = new Map<number, number>();
      for (const partition of partitions) {
        const leader = metadata?.partitions[partition]?.leader;
        if (leader === undefined) continue;
        if (leader < 0) throw new ProtocolError('LEADER_NOT_AVAILABLE');
        leaders.set(partition, leader);
      }
      return leaders;
    },
    async fetch(topic, node, offsets, { maxBytes, maxWaitMs }) {
      const topicId = ids.get(topic) ?? '';
      const partitions = [...offsets].map(([partition, fetchOffset]) => ({
        ...{ partition, fetchOffset, partitionMaxBytes: maxBytes },
        ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
      }));
      const topics = [{ topicId, partitions }];
      // The client needs the topic among those that it tracks; one that was deleted must not stay among them.
      client.topics.track(topic);
      try {
        const { responses, throttleTimeMs } = await client.fetch({
          ...{ node, topics, maxBytes, maxWaitTime: maxWaitMs },
        });
        const fetched = responses
          .filter((answer) => answer.topicId === topicId)
          .flatMap((answer) => answer.partitions)
          .flatMap((answer) => toFetched(answer, offsets.get(answer.partitionIndex)));
        // A broker that throttles answers without records.
        if (throttleTimeMs > 0 && fetched.every(({ batches }) => batches.length === 0))
          await sleep(throttleTimeMs);
        return fetched;
      } catch (error) {
        if (findCode(error, ['OFFSET_OUT_OF_RANGE'])) return 'out-of-range';
        throw error;
      } finally {
        client.topics.untrack(topic);
      }
    },
    async bounds(topic, partitions) {
      const starts = await listOffsets(client, topic, partitions, 'earliest');
      const ends = await listOffsets(client, topic, partitions, 'latest');
      return new Map(
        partitions.map((one) => [one, { start: starts.get(one) ?? 0n, end: ends.get(one) ?? 0n }]),
      );
    },
    close: () => client.close(true),
  };
}

function toFetched(
  { partitionIndex, records, abortedTransactions }: fetchV17.FetchResponsePartition,
  offset: bigint | undefined,
): Fetched[] {
  if (offset === undefined) return [];
  const batches = records ?? [];
  const last = batches.at(-1);
  const end = last ? last.firstOffset + BigInt(last.lastOffsetDelta) + 1n : offset;
  const next = end > offset ? end : offset;
  return [{ partition: partitionIndex, batches, aborted: abortedTransactions ?? [], next }];
}
