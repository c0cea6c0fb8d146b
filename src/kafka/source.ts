import type { Position } from '../consumer/offsets.ts';
import type { SinkRecord } from '../record/record.ts';

/** Where the consumer's records come from: a Kafka topic, or one in memory where there is no broker. */
export interface RecordSource {
  /** Whether it is a member of its group now, and has heard from it lately. */
  readonly joined: boolean;
  /** Begins to deliver records, each partition in order. Resolves when the group is joined. */
  start(subscriber: Subscriber): Promise<void>;
  /** Delivers nothing until it is resumed. Can be called again at any time. */
  pause(): void;
  resume(): void;
  /**
   * Stores the group's positions. Those of partitions that are lost by the time of the request are left out.
   *
   * @throws where the group does not take them now
   */
  commit(positions: readonly Position[]): Promise<void>;
  /**
   * @returns the offset behind the last record of each partition
   * @throws {KafkaError} where it cannot be told now
   */
  ends(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Ends the subscription and leaves the group; what is not done after `ms` is left to the session timeout. */
  close(ms: number): Promise<void>;
}

/** What the source tells of its subscription. */
export interface Subscriber {
  /**
   * A partition is ours, from this offset on.
   *
   * @param committed what the group has committed in it; null for nothing
   */
  assigned(partition: number, offset: number, committed: number | null): void;
  /** Where to go on in a partition; undefined where it is not ours. */
  position(partition: number): number | undefined;
  /** Records have arrived, those of a partition in order. */
  received(records: readonly SinkRecord[]): void;
  /** The group is joined, and commits are taken again. */
  joined(): void;
  /** The partitions go to other members as soon as this resolves; until then their positions can be committed. */
  revoked(partitions: readonly number[]): Promise<void>;
  /** Others may have the partitions already: nothing of them may be committed. */
  lost(partitions: readonly number[]): void;
}

/** The part of a logger that the consumer uses. Fields hold coordinates and counts, never data. */
export interface Log {
  warn(message: string, fields: Record<string, unknown>): void;
}
