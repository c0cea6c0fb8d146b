import type { Destination } from '../dead-letter-tools/replay/run.ts';
import { readKafkaConnection } from './kafka.ts';
import { type Env, readEnv } from './reader.ts';
import { freeze, readHandlerConfig } from './sink.ts';

/**
 * Reads the settings of a replay: the sink's own, and how Kafka is reached. It is reached only where records are fetched
 * from it or sent to it.
 *
 * @param topic where records are to be sent; null for the table, whose settings are not looked at otherwise
 * @throws {ConfigError} that names every wrong setting
 */
export function readDestination(env: Env, topic: string | null): Destination {
  const reader = readEnv(env);
  const to: Destination['to'] =
    topic === null
      ? { kind: 'table', config: readHandlerConfig(reader) }
      : { kind: 'topic', topic };
  const kafka = readKafkaConnection(reader);
  reader.done();
  return freeze({ kafka, to });
}
