import { Consumer, type fetchV17, findErrorBy, ListOffsetTimestamps } from '@platformatic/kafka';
import type { SinkRecord } from '../record/record.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { connectionOptions } from './connection.ts';
import { listOffsets } from './positions.ts';
import { toRecord } from './to-record.ts';
import { createTransactions, isMarker } from './transactions.ts';

/** What a fetch has brought of one partition. */
export interface Fetched {
  readonly partition: number;
  readonly records: readonly SinkRecord[];
  /** Where to go on. */
  readonly position: number;
}

/** Reads a topic by offsets; it joins no group. */
export interface Fetcher {
  /** @returns partitions by the broker that leads them */
  leaders(partitions: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
  /**
   * Waits half a second at most for records. Where the log does not reach to a position any more, it goes on at the end of
   * the log that the settings say.
   *
   * @param node a broker
   * @param positions from where, by partition that it leads
   */
  fetch(node: number, positions: ReadonlyMap<number, number>): Promise<readonly Fetched[]>;
  close(): Promise<void>;
}

/**
 * Of one fetch. What it brings is decoded in one turn of the event loop: about 1,500 small records, some 10 ms; where they
 * are compressed, several times as many.
 */
const FETCH_MAX_BYTES = 512 * 1024;
const MAX_WAIT_MS = 500;

/**
 * A client of its own, for what waits in its connections must not hold up heartbeats and commits. It repeats nothing: it
 * would go on to ask a broker that leads a partition no more.
 */
export function createFetcher({
  connection,
  groupId,
  topic,
  autoOffsetReset,
}: Pick<ConsumerSettings, 'connection' | 'groupId' | 'topic' | 'autoOffsetReset'>): Fetcher {
  const client = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...connectionOptions(connection),
    clientId: 'kafka-pg-sink',
    // The client wants a name; it never joins.
    groupId,
    retries: 0,
    maxBytes: FETCH_MAX_BYTES,
    maxWaitTime: MAX_WAIT_MS,
  });
  // Whoever asks is told the same by the answer.
  client.on('error', () => {});
  client.topics.track(topic);
  let topicId = '';

  /** Where partitions whose log does not reach to the position go on; the others stay where they are. */
  async function reset(positions: ReadonlyMap<number, number>): Promise<Fetched[]> {
    const partitions = [...positions.keys()];
    const starts = await listOffsets(client, topic, partitions, ListOffsetTimestamps.EARLIEST);
    const ends = await listOffsets(client, topic, partitions, ListOffsetTimestamps.LATEST);
    return [...positions].map(([partition, position]) => {
      const start = starts.get(partition) ?? 0;
      const end = ends.get(partition) ?? 0;
      const anew = autoOffsetReset === 'earliest' ? start : end;
      const there = position >= start && position <= end;
      return { partition, records: [], position: there ? position : anew };
    });
  }

  return {
    async leaders(partitions) {
      const { topics } = await client.metadata({ topics: [topic], forceUpdate: true });
      const metadata = topics.get(topic);
      topicId = metadata?.id ?? '';
      return Map.groupBy(partitions, (partition) => {
        const leader = metadata?.partitions[partition]?.leader ?? -1;
        if (leader < 0) throw new Error('A partition has no leader.');
        return leader;
      });
    },
    async fetch(node, positions) {
      try {
        const partitions = [...positions].map(([partition, position]) => ({
          ...{ partition, fetchOffset: BigInt(position), partitionMaxBytes: FETCH_MAX_BYTES },
          ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
        }));
        const { responses } = await client.fetch({ node, topics: [{ topicId, partitions }] });
        return responses
          .flatMap(({ partitions }) => partitions)
          .flatMap((answer) => {
            const position = positions.get(answer.partitionIndex);
            return position === undefined ? [] : [toFetched(topic, answer, position)];
          });
      } catch (error) {
        if (!findErrorBy(error as Error, 'apiId', 'OFFSET_OUT_OF_RANGE')) throw error;
        return reset(positions);
      }
    },
    close: () => client.close(true),
  };
}

/** A fetch brings whole batches, so it may begin before the position. */
function toFetched(
  topic: string,
  { partitionIndex, records: batches, abortedTransactions }: fetchV17.FetchResponsePartition,
  from: number,
): Fetched {
  const transactions = createTransactions(abortedTransactions ?? []);
  const records: SinkRecord[] = [];
  let position = from;
  for (const batch of batches ?? []) {
    const left = transactions.isAborted(batch) || isMarker(batch);
    for (const fetched of left ? [] : batch.records) {
      const record = toRecord(topic, partitionIndex, batch, fetched);
      if (record.offset >= from) records.push(record);
    }
    position = Math.max(position, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
  }
  return { partition: partitionIndex, records, position };
}
