import { type Env, readEnv } from '../config/env.ts';
import { readKafkaConnection } from '../config/kafka.ts';
import { freeze, readHandlerConfig } from '../config.ts';
import type { Destination } from './replay/run.ts';

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
