import type { PartitionMap, TopicPartition } from '../record/partition.ts';
import type { SinkRecord } from '../record/record.ts';

/** The position of a consumer group in a partition: the first offset that is not acknowledged. */
export interface Position extends TopicPartition {
  readonly offset: number;
}

/** Where the consumer's records come from: topics of Kafka, or one in memory where there is no broker. */
export interface RecordSource {
  /** Whether it is a member of its group now, and the group answered its latest heartbeats. */
  readonly joined: boolean;
  /** Why records do not come as they should, in Kafka's word; null when they do. */
  readonly trouble: string | null;
  /** Begins to deliver records, each partition in order. Resolves when the group is joined. */
  start(subscriber: Subscriber): Promise<void>;
  /** Delivers nothing until it is resumed, but for fetches under way. Can be called again at any time. */
  pause(): void;
  resume(): void;
  /**
   * Stores the group's positions. It leaves out partitions that are lost by the time of the request.
   *
   * @throws when the group does not take them now, which it has said itself
   */
  commit(positions: readonly Position[]): Promise<void>;
  /**
   * @returns the offset behind the last record of each partition
   * @throws {DeadlineError} when Kafka does not answer within the time for a connection
   */
  ends(partitions: readonly TopicPartition[]): Promise<PartitionMap<number>>;
  /** Ends the subscription and leaves the group. After `ms` it stops waiting: the session timeout ends the membership. */
  close(ms: number): Promise<void>;
}

/** Observes a subscription. */
export interface Subscriber {
  /**
   * A partition is ours now, from this offset on.
   *
   * @param committed what the group has committed in it; null for nothing
   */
  assigned(at: TopicPartition, offset: number, committed: number | null): void;
  /** Where to go on in a partition; undefined when it is not ours. */
  position(at: TopicPartition): number | undefined;
  /** Records have arrived, those of a partition in order. */
  received(records: readonly SinkRecord[]): void;
  /** The partition holds no record before this offset any more. */
  skipped(at: TopicPartition, offset: number): void;
  /** The group is joined, and takes commits again. */
  joined(): void;
  /** The partitions go to other members as soon as this resolves; until then their positions can be committed. */
  revoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** Others may have the partitions already: their positions must not be committed. */
  lost(partitions: readonly TopicPartition[]): void;
}

/** The part of a logger that the consumer uses. Fields hold coordinates and counts, never data. */
export interface Log {
  warn(message: string, fields: Record<string, unknown>): void;
}
