import { type ConsumerSettings, readConsumer } from './consumer.ts';
import { type Env, type Reader, readSettings } from './reader.ts';
import { readGroup, type Values } from './setting.ts';
import { readSink, type SinkSettings } from './sink.ts';
import { DEFINITION } from './table/definition.ts';
import { HTTP } from './table/service.ts';
import { readTelemetry, type TelemetrySettings } from './telemetry.ts';

/** Where the service answers for its health. */
export type HttpSettings = Pick<Values<typeof HTTP>, 'host' | 'port'>;

/** Settings of `kafka-pg-sink consume`. */
export interface ConsumeSettings {
  /** The file of the definitions; undefined for the one in the working directory. */
  readonly definitionFile: string | undefined;
  readonly sink: SinkSettings;
  readonly consumer: ConsumerSettings;
  readonly http: HttpSettings;
  readonly telemetry: TelemetrySettings;
}

/**
 * Reads and checks all settings of the service: the sink's, the consumer's and its own.
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what it must be
 */
export function readConsumeSettings(env: Env): ConsumeSettings {
  return readSettings(env, readConsume);
}

function readConsume(reader: Reader): ConsumeSettings {
  const { file: definitionFile } = readGroup(reader, DEFINITION);
  const sink = readSink(reader);
  const consumer = readConsumer(reader);
  const { cloudWatchMetrics, ...http } = readGroup(reader, HTTP);
  // Nobody listens for X-Ray's segments outside Lambda.
  const telemetry = { ...readTelemetry(reader), trace: false, cloudWatchMetrics };
  return { definitionFile, sink, consumer, http, telemetry };
}
