import type { KafkaRecord } from '../kafka/event.ts';
import type { Position } from './offsets.ts';

/** Where the consumer's records come from: a Kafka topic, or one in memory where there is no broker. */
export interface RecordSource {
  /** Begins to deliver records, each partition in order. Resolves when the subscription stands. */
  start(onRecord: (record: KafkaRecord) => void): Promise<void>;
  pause(): void;
  resume(): void;
  /** Stores the group's positions. */
  commit(positions: readonly Position[]): Promise<void>;
  /** Ends the subscription and leaves the group. */
  close(): Promise<void>;
}

/** The part of a logger that the consumer uses. Fields hold coordinates and counts, never data. */
export interface Log {
  warn(message: string, fields: Record<string, unknown>): void;
}
