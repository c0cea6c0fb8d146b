import type { KafkaClient } from './connection.ts';
import { listOffsets } from './list-offsets.ts';

/** Where a partition begins, and what its group has committed in it; null for nothing. */
export interface Start {
  readonly partition: number;
  readonly offset: number;
  readonly committed: number | null;
}

/**
 * Finds where to begin in these partitions: at the group's commit. A group without any commit in the topic is new, and
 * begins at one end of the log. In any other group, a partition without a commit was added to the topic later: the group
 * begins at its first record, so that it skips nothing.
 *
 * @param reset the end at which a new group begins
 * @returns `starts` of these partitions; `others`, where a new group begins in the rest of the topic: once they are
 *   committed, no other member takes those partitions for ones that were added later
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
  const ends = await listOffsets(client, topic, uncommitted, isNew ? reset : 'earliest');
  const start = (partition: number): Start => {
    const offset = committed(partition);
    return offset < 0
      ? { partition, offset: Number(ends.get(partition) ?? 0n), committed: null }
      : { partition, offset, committed: offset };
  };
  const rest = isNew ? all.filter((partition) => !partitions.includes(partition)) : [];
  return { starts: partitions.map(start), others: rest.map(start) };
}
