import { setTimeout as sleep } from 'node:timers/promises';
import { type fetchV17, ProtocolError, type RecordsBatch } from '@platformatic/kafka';
import { PartitionMap, type TopicPartition, topicsOf } from '../record/partition.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { connectionOptions, type KafkaClient } from './connection.ts';
import { boundDecompression } from './decompression.ts';
import { findCode } from './errors.ts';
import { FetchConsumer } from './fetch-consumer.ts';
import { listOffsets } from './list-offsets.ts';
import type { Aborted } from './transactions.ts';

/** What a fetch brought of one partition: whole batches, so the first can begin before the offset of the request. */
export interface Fetched extends TopicPartition {
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
 * broker that leads the partition no more. All methods throw the errors of the client; a fetch throws an
 * {@link UnreadableBatch} where it brings one, and serves no more then.
 */
export interface FetchClient {
  /**
   * @param refresh whether to ask the cluster again; otherwise an earlier answer serves
   * @returns the broker that leads each partition; it leaves out partitions that their topics do not have
   * @throws when a topic does not exist, or a partition has no leader at the moment
   */
  leaders(partitions: readonly TopicPartition[], refresh: boolean): Promise<PartitionMap<number>>;
  /**
   * One fetch. A broker keeps one state for each client, so only one fetch may be under way at each broker.
   *
   * @param node the broker that leads the partitions, from `leaders`
   * @param offsets where to begin
   * @returns what came, perhaps of some partitions only; or that a log does not reach to its offset, or not any more
   */
  fetch(
    node: number,
    offsets: PartitionMap<bigint>,
    limits: FetchLimits,
  ): Promise<readonly Fetched[] | 'out-of-range'>;
  bounds(partitions: readonly TopicPartition[]): Promise<PartitionMap<Bounds>>;
  close(): Promise<void>;
}

/** It connects with the first request. */
export function createFetchClient(connection: KafkaConnectionSettings): FetchClient {
  boundDecompression(connection.maxUncompressedBytes);
  const client: KafkaClient = new FetchConsumer({
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
    async leaders(partitions, refresh) {
      const { topics } = await client.metadata({
        topics: topicsOf(partitions),
        forceUpdate: refresh,
      });
      for (const [topic, metadata] of topics) ids.set(topic, metadata?.id ?? '');
      const leaders = new PartitionMap<number>();
      for (const at of partitions) {
        const leader = topics.get(at.topic)?.partitions[at.partition]?.leader;
        if (leader === undefined) continue;
        if (leader < 0) throw new ProtocolError('LEADER_NOT_AVAILABLE');
        leaders.set(at, leader);
      }
      return leaders;
    },
    async fetch(node, offsets, { maxBytes, maxWaitMs }) {
      const byTopic = Map.groupBy(offsets, ([{ topic }]) => topic);
      const names = new Map([...byTopic.keys()].map((topic) => [ids.get(topic) ?? '', topic]));
      const topics = [...byTopic].map(([topic, entries]) => ({
        topicId: ids.get(topic) ?? '',
        partitions: entries.map(([{ partition }, fetchOffset]) => ({
          ...{ partition, fetchOffset, partitionMaxBytes: maxBytes },
          ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
        })),
      }));
      // The client needs the topics among those that it tracks; one that was deleted must not stay among them.
      client.topics.trackAll(...byTopic.keys());
      try {
        const { responses, throttleTimeMs } = await client.fetch({
          ...{ node, topics, maxBytes, maxWaitTime: maxWaitMs },
        });
        const fetched = responses.flatMap(({ topicId, partitions }) => {
          const topic = names.get(topicId);
          return topic === undefined
            ? []
            : partitions.flatMap((answer) => toFetched(topic, answer, offsets));
        });
        // A broker that throttles answers without records.
        if (throttleTimeMs > 0 && fetched.every(({ batches }) => batches.length === 0))
          await sleep(throttleTimeMs);
        return fetched;
      } catch (error) {
        if (findCode(error, ['OFFSET_OUT_OF_RANGE'])) return 'out-of-range';
        throw error;
      } finally {
        client.topics.untrackAll(...byTopic.keys());
      }
    },
    async bounds(partitions) {
      const starts = await listOffsets(client, partitions, 'earliest');
      const ends = await listOffsets(client, partitions, 'latest');
      return new PartitionMap(
        partitions.map((at) => [at, { start: starts.get(at) ?? 0n, end: ends.get(at) ?? 0n }]),
      );
    },
    close: () => client.close(true),
  };
}

function toFetched(
  topic: string,
  { partitionIndex: partition, records, abortedTransactions }: fetchV17.FetchResponsePartition,
  offsets: PartitionMap<bigint>,
): Fetched[] {
  const offset = offsets.get({ topic, partition });
  if (offset === undefined) return [];
  const batches = records ?? [];
  const last = batches.at(-1);
  const end = last ? last.firstOffset + BigInt(last.lastOffsetDelta) + 1n : offset;
  const next = end > offset ? end : offset;
  return [{ topic, partition, batches, aborted: abortedTransactions ?? [], next }];
}
