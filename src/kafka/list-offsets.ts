import { ListOffsetTimestamps } from '@platformatic/kafka';
import type { KafkaClient } from './connection.ts';

/** @returns by partition, the offset at one end of its log: of its first record, or after its last one */
export async function listOffsets(
  client: KafkaClient,
  topic: string,
  partitions: readonly number[],
  end: 'earliest' | 'latest',
): Promise<Map<number, bigint>> {
  // The client takes an empty list for all partitions.
  if (partitions.length === 0) return new Map();
  const offsets = await client.listOffsets({
    topics: [topic],
    partitions: { [topic]: [...partitions] },
    timestamp: end === 'latest' ? ListOffsetTimestamps.LATEST : ListOffsetTimestamps.EARLIEST,
  });
  const found = offsets.get(topic);
  return new Map(partitions.map((partition) => [partition, found?.[partition] ?? 0n]));
}
