import { type KafkaConnectionSettings, readKafkaConnection } from './kafka.ts';
import { type Env, readSettings } from './reader.ts';
import { readSink, type SinkSettings } from './sink.ts';

/** Where a replay sends records, and where it fetches those that messages lack. */
export interface ReplaySettings {
  readonly kafka: KafkaConnectionSettings;
  /** The table, by the sink's settings; or a topic. */
  readonly to:
    | { readonly kind: 'table'; readonly sink: SinkSettings }
    | { readonly kind: 'topic'; readonly topic: string };
}

/**
 * Reads and checks the settings of a replay: the sink's own, and how Kafka is reached. It is reached only when records are
 * fetched from it or sent to it.
 *
 * @param env the environment, normally `process.env`
 * @param topic where records are to be sent; null for the table, whose settings are not looked at otherwise
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what it must be
 */
export function readReplaySettings(env: Env, topic: string | null): ReplaySettings {
  return readSettings(env, (reader) => ({
    to: topic === null ? { kind: 'table', sink: readSink(reader) } : { kind: 'topic', topic },
    kafka: readKafkaConnection(reader),
  }));
}
