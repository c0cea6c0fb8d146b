import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { KafkaClient } from './connection.ts';
import { listOffsets } from './list-offsets.ts';
import type { Position } from './source.ts';
import type { Subscribed } from './topic-watch.ts';

/** Where a partition begins, and what its group has committed in it; null for nothing. */
export interface Start extends Position {
  readonly committed: number | null;
  /** Whether the group is new to the topic, and so begins at the end that the settings name. */
  readonly isNew: boolean;
}

/**
 * Finds where to begin in these partitions: at the group's commit. A group without any commit in a topic is new to it, and
 * begins at one end of the log. In any other topic, a partition without a commit was added later: the group begins at its
 * first record, so that it skips nothing. So it does in a topic that appeared later: while this member was running, or, as
 * far as a pattern names it, since the group has committed anything in any topic. In a topic that was created again, what is
 * committed can be of the one before, whose members have not noticed yet: it counts for nothing.
 *
 * @param reset the end at which a new group begins
 * @returns `starts` of these partitions; `others`, where a new group begins in the rest of its topics: once they are
 *   committed, no other member takes those partitions for ones that were added later
 */
export async function findStarts(
  client: KafkaClient,
  subscribed: Subscribed,
  partitions: readonly TopicPartition[],
  reset: 'earliest' | 'latest',
): Promise<{ starts: Start[]; others: Start[] }> {
  if (partitions.length === 0) return { starts: [], others: [] };
  const open = new PartitionMap(partitions.map((at) => [at, true]));
  const rest = await partitionsOf(client, subscribed.names);
  const all = [...partitions, ...rest.filter((at) => !open.has(at))];
  const same = all.filter(({ topic }) => !subscribed.isAnother(topic));
  const committed = await listCommitted(client, same);
  const used = new Set(committed.keys().map(({ topic }) => topic));
  const isNew = ({ topic }: TopicPartition) =>
    !subscribed.isLater(topic) &&
    (subscribed.isMatched(topic) ? used.size === 0 : !used.has(topic));
  const fresh = all.filter((at) => !committed.has(at) && isNew(at));
  const added = partitions.filter((at) => !committed.has(at) && !isNew(at));
  const begins = await listOffsets(client, fresh, reset);
  for (const [at, offset] of await listOffsets(client, added, 'earliest')) begins.set(at, offset);
  const start = (at: TopicPartition): Start => {
    const { topic, partition } = at;
    const offset = committed.get(at);
    return {
      topic,
      partition,
      offset: offset ?? Number(begins.get(at)),
      committed: offset ?? null,
      isNew: offset === undefined && isNew(at),
    };
  };
  return {
    starts: partitions.map(start),
    others: fresh.filter((at) => !open.has(at)).map(start),
  };
}

async function partitionsOf(
  client: KafkaClient,
  names: readonly string[],
): Promise<TopicPartition[]> {
  const { topics } = await client.metadata({ topics: [...names] });
  return [...topics].flatMap(([topic, metadata]) =>
    metadata.partitions.map((_, partition) => ({ topic, partition })),
  );
}

/** @returns the group's commits; it leaves out partitions without one */
async function listCommitted(
  client: KafkaClient,
  all: readonly TopicPartition[],
): Promise<PartitionMap<number>> {
  if (all.length === 0) return new PartitionMap();
  const byTopic = Map.groupBy(all, ({ topic }) => topic);
  const commits = await client.listCommittedOffsets({
    topics: [...byTopic].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ partition }) => partition),
    })),
  });
  const found = new PartitionMap<number>();
  for (const at of all) {
    const offset = Number(commits.get(at.topic)?.[at.partition] ?? -1n);
    if (offset >= 0) found.set(at, offset);
  }
  return found;
}
