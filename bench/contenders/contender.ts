import type { KafkaWorld } from '../world.ts';

/** What one start of a contender works on. */
export interface Job {
  readonly world: KafkaWorld;
  readonly topic: string;
  /** A consumer group that is new. */
  readonly group: string;
  /** Files of the start go here; it is removed at the end. */
  readonly folder: string;
}

/** Connections to PostgreSQL of every contender, if it can be told. */
export const CONNECTIONS = 2;

/** Something that empties a topic into the table. */
export interface Contender {
  readonly name: string;
  /** All that differs from its defaults, for the reader. */
  readonly settings: string;
  /** Writes what it needs into the job's folder, and says how to start it. */
  prepare(job: Job): {
    readonly command: string;
    readonly args: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
  };
}
