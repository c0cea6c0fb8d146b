import { ListOffsetTimestamps } from '@platformatic/kafka';
import type { KafkaClient } from './group-client.ts';

/** Where a partition begins, and what its group has committed in it; null for nothing. */
export interface Start {
  readonly partition: number;
  readonly offset: number;
  readonly committed: number | null;
}

/**
 * Asks where to begin in these partitions: at what the group has committed. A group that has committed nothing in the
 * whole topic is new, and begins at one end of the log. Otherwise a partition without a commit has come to the topic since,
 * and nothing of it may be skipped.
 *
 * @param reset the end at which a new group begins
 * @returns `starts` of these partitions; `others`, where a new group begins in the rest of the topic: once they are
 *   committed, no other member takes those partitions for ones that have come later
 */
export async function findStarts(
  client: KafkaClient,
  topic: string,
  partitions: readonly number[],
  reset: 'earliest' | 'latest',
): Promise<{ starts: Start[]; others: Start[] }> {
  if (partitions.length === 0) return { starts: [], others: [] };
  const { topics } = await client.metadata({ topics: [topic] });
  const all = [...Array(topics.get(topic)?.partitionsCount ?? 0).keys()];
  const commits = await client.listCommittedOffsets({ topics: [{ topic, partitions: all }] });
  const committed = (partition: number) => Number(commits.get(topic)?.[partition] ?? -1n);
  const uncommitted = all.filter((partition) => committed(partition) < 0);
  const isNew = uncommitted.length === all.length;
  const timestamp =
    isNew && reset === 'latest' ? ListOffsetTimestamps.LATEST : ListOffsetTimestamps.EARLIEST;
  const ends = await listOffsets(client, topic, uncommitted, timestamp);
  const start = (partition: number): Start => {
    const offset = committed(partition);
    return offset < 0
      ? { partition, offset: ends.get(partition) ?? 0, committed: null }
      : { partition, offset, committed: offset };
  };
  const rest = isNew ? all.filter((partition) => !partitions.includes(partition)) : [];
  return { starts: partitions.map(start), others: rest.map(start) };
}

/** @returns the offset of each partition at one end of the log */
export async function listOffsets(
  client: KafkaClient,
  topic: string,
  partitions: number[],
  timestamp: bigint,
): Promise<Map<number, number>> {
  // The client takes no partitions for all.
  if (partitions.length === 0) return new Map();
  const options = { topics: [topic], partitions: { [topic]: partitions }, timestamp };
  const offsets = (await client.listOffsets(options)).get(topic);
  return new Map(partitions.map((partition) => [partition, Number(offsets?.[partition] ?? 0n)]));
}
