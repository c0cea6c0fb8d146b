import { ListOffsetTimestamps } from '@platformatic/kafka';
import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { KafkaClient } from './connection.ts';

/** @returns the offset at one end of each partition's log: of its first record, or after its last one */
export async function listOffsets(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  end: 'earliest' | 'latest',
): Promise<PartitionMap<bigint>> {
  // The client takes an empty list for all partitions.
  if (partitions.length === 0) return new PartitionMap();
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
  const offsets = await client.listOffsets({
    topics: [...byTopic.keys()],
    partitions: Object.fromEntries(
      [...byTopic].map(([topic, list]) => [topic, list.map(({ partition }) => partition)]),
    ),
    timestamp: end === 'latest' ? ListOffsetTimestamps.LATEST : ListOffsetTimestamps.EARLIEST,
  });
  return new PartitionMap(
    partitions.map((at) => [at, offsets.get(at.topic)?.[at.partition] ?? 0n]),
  );
}
