import type { RecordSource } from '../kafka/source.ts';
import type { TopicPartition } from '../record/partition.ts';
import type { createIntake } from './intake.ts';
import type { OffsetTracker } from './offsets.ts';

/** Where a consumer stands. */
export interface ConsumerStatus {
  /** Whether it is a member of its group now. */
  readonly joined: boolean;
  /** Why records do not come as they should, in Kafka's word, such as `TOPIC_AUTHORIZATION_FAILED`; null when they do. */
  readonly trouble: string | null;
  /** Records that wait for the next flush. */
  readonly waiting: number;
  /** Their memory. */
  readonly waitingBytes: number;
  /** Whether fetching is paused, as too much is in memory. */
  readonly paused: boolean;
  /** Those that are this consumer's, by topic and number. */
  readonly partitions: readonly (TopicPartition & {
    /** The group's position; null when none is committed. */
    readonly committed: number | null;
    /** Records that have arrived and are not acknowledged. */
    readonly pending: number;
  })[];
}

/** How many offsets of a partition lie between what is acknowledged and its end. */
export interface Lag extends TopicPartition {
  readonly records: number;
}

export function statusOf(
  { joined, trouble }: RecordSource,
  { waiting, waitingBytes, paused }: ReturnType<typeof createIntake>,
  offsets: OffsetTracker,
): ConsumerStatus {
  const partitions = offsets
    .partitions()
    .map(({ topic, partition, committed, pending }) => ({ topic, partition, committed, pending }));
  return { joined, trouble, waiting, waitingBytes, paused, partitions };
}
