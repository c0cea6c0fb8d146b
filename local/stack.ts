import { fileURLToPath } from 'node:url';
import { loadDefinitions } from '../src/authoring/load.ts';
import type { CompiledSink } from '../src/definition/compile.ts';
import { type CompiledSinks, compileSinks } from '../src/definition/sinks.ts';
import type { ConsumerSettings } from '../src/settings/consumer.ts';
import type { Env } from '../src/settings/reader.ts';
import { readConsumeSettings } from '../src/settings/service.ts';
import { checkSettings } from './check-settings.ts';
import { createTables, readSchema } from './create-tables.ts';
import { startDatabase } from './database.ts';
import { IN_MEMORY } from './memory-topics.ts';
import type { Options } from './options.ts';
import type { LocalPostgres } from './postgres.ts';
import { buildSinkCommand, type SinkProcess } from './proof/sink-command.ts';
import type { SampledTopic } from './reconcile-samples.ts';
import { createSamples, type SampleOptions } from './samples.ts';
import { startSqs } from './sqs.ts';
import { startTopics } from './start-topics.ts';
import { topicNames } from './topic-names.ts';
import type { Topics } from './topics.ts';

/** The definition of the sink that ships. */
const SHIPPED = fileURLToPath(new URL('../sink.config.ts', import.meta.url));

/** Everything that a run needs, started and empty. */
export interface Stack {
  readonly topics: Topics;
  /** The definitions, each with its topic of this run. */
  readonly sinks: CompiledSinks;
  readonly sampled: readonly SampledTopic[];
  /** What the samples are made of. */
  readonly load: { readonly file: string; readonly options: SampleOptions };
  readonly consumer: ConsumerSettings;
  /** The environment of the sink and its tools, as far as it is not about Kafka. */
  readonly env: Env;
  /** PostgreSQL, where this run has started it. */
  readonly postgres: LocalPostgres | null;
  /** The sink as a process of its own, not started yet; null where the topics are in memory. */
  readonly command: { readonly env: Env; start(): Promise<SinkProcess> } | null;
}

/** Tells a run's topics and database from those of another on the same servers; fits the keys of the samples. */
export function newRun(): number {
  return Math.floor(Math.random() * 0xffff_ffff);
}

/**
 * Starts what the environment does not name: PostgreSQL, Kafka, and in any case SQS. On a server that the environment
 * names, everything of the run lives in topics and a database of its own.
 *
 * @param cleanup is given what must be stopped or removed, in the order it was started
 * @throws {ConfigError | DefinitionError} before anything is started, where a setting or a definition is wrong
 * @throws Error of one line where a server cannot be started or reached
 */
export async function startStack(
  options: Options,
  run: number,
  cleanup: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<Stack> {
  checkSettings(process.env);
  const file = options.sink ?? SHIPPED;
  const definitions = await loadDefinitions(file);
  const suffix = process.env.KAFKA_BOOTSTRAP_SERVERS ? `-start-${run}` : '';
  const names = topicNames(definitions, suffix);
  const schema = options.schema === null ? null : readSchema(options.schema);
  const { url, server: postgres } = await startDatabase(options, run, cleanup, say);
  const sqs = await startSqs(options.sqsPort ? { port: options.sqsPort } : {});
  cleanup.defer(() => sqs.stop());
  say(`SQS: emulator on ${sqs.endpoint}`);
  const env: Env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...process.env,
    DATABASE_URL: url,
    DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  const ships = options.sink === null;
  const labels = await createTables(url, definitions, { ships, schema }, say);
  const sampling = { seed: run, labels, given: options.given };
  const here = definitions.map((one, at) => ({ ...one, topic: names[at] ?? '' }));
  const sinks = compileSinks(here);
  const sampled = here.map((definition, at) => ({
    name: definition.topic,
    sink: sinks.all[at] as CompiledSink,
    samples: createSamples(definition, sampling),
  }));
  const topics = await startTopics(options, names, cleanup, say);
  const { bootstrapServers } = topics;
  const { consumer } = readConsumeSettings(env);
  const sinkEnv = {
    ...env,
    KAFKA_BOOTSTRAP_SERVERS: bootstrapServers.join(','),
    KAFKA_GROUP_ID: `kafka-pg-sink-start-${run}`,
    // The group is new, and the backlog is there before it.
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
  };
  return {
    ...{ topics, sinks, sampled, env, postgres },
    load: { file, options: sampling },
    consumer: { ...consumer, connection: { ...consumer.connection, bootstrapServers } },
    command:
      bootstrapServers === IN_MEMORY
        ? null
        : await prepareSink(sinkEnv, options.sink, suffix === '' ? null : names, cleanup, say),
  };
}

/** @param names of the topics, where they are not those of the definition */
async function prepareSink(
  env: Env,
  file: string | null,
  names: readonly string[] | null,
  cleanup: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<NonNullable<Stack['command']>> {
  say('kafka-pg-sink: building the command');
  const { shipped, rename, start } = await buildSinkCommand(cleanup);
  const definition = file ?? shipped;
  const all = { ...env, SINK_CONFIG: names ? rename(definition, names) : definition };
  return { env: all, start: () => start(all) };
}
