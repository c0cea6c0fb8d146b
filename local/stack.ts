import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadDefinitions } from '../src/authoring/load.ts';
import type { CompiledSink } from '../src/definition/compile.ts';
import { type CompiledSinks, compileSinks } from '../src/definition/sinks.ts';
import type { Log } from '../src/kafka/source.ts';
import { ConfigError } from '../src/record/errors.ts';
import type { ConsumerSettings } from '../src/settings/consumer.ts';
import type { Env } from '../src/settings/reader.ts';
import { type ConsumeSettings, readConsumeSettings } from '../src/settings/service.ts';
import { createTables, readSchema } from './create-tables.ts';
import { startDatabase } from './database.ts';
import { IN_MEMORY } from './memory-topics.ts';
import type { Options } from './options.ts';
import type { SampledTopic } from './reconcile-samples.ts';
import { createSamples } from './samples.ts';
import { startSqs } from './sqs.ts';
import { startTopics } from './start-topics.ts';
import { topicNames } from './topic-names.ts';
import type { Load, Topics } from './topics.ts';

/** The definition of the sink that ships. */
const SHIPPED = fileURLToPath(new URL('../sink.config.ts', import.meta.url));

/** Everything that a run needs, started and empty. */
export interface Stack {
  readonly topics: Topics;
  /** The definitions, each with its topic of this run. */
  readonly sinks: CompiledSinks;
  readonly sampled: readonly SampledTopic[];
  readonly load: Omit<Load, 'samples'>;
  readonly consumer: ConsumerSettings;
  /** Where the servers are, and what this process needs to reach them. */
  readonly env: Env;
  /** The environment of the command `consume`. */
  readonly sinkEnv: Env;
  /**
   * @param folder for a definition file that names the topics of this run, where they have names of their own
   * @returns the definition file for the command
   */
  readonly writeDefinition: (folder: string) => string;
  /** What to say about how to reach each server. */
  readonly connections: readonly string[];
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
  log: Log,
  say: (line: string) => void,
): Promise<Stack> {
  const { retry } = checkSettings(process.env).sink;
  const file = options.sink ?? SHIPPED;
  const definitions = await loadDefinitions(file);
  const suffix = process.env.KAFKA_BOOTSTRAP_SERVERS ? `-start-${run}` : '';
  const names = topicNames(definitions, suffix);
  const schema = options.schema === null ? null : readSchema(options.schema);
  const url = await startDatabase(options, run, cleanup, say);
  const sqs = await startSqs(options.sqsPort ? { port: options.sqsPort } : {});
  cleanup.defer(() => sqs.stop());
  say(`SQS: emulator on ${sqs.endpoint}`);
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...process.env,
    DATABASE_URL: url,
    DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  const { consumer: configured } = readConsumeSettings(env);
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
  const topics = await startTopics(options, names, retry, cleanup, log, say);
  const consumer = {
    ...configured,
    connection: { ...configured.connection, bootstrapServers: topics.bootstrapServers },
    groupId: `kafka-pg-sink-start-${run}`,
    autoOffsetReset: 'earliest' as const,
  };
  const plural = names.length > 1 ? 's' : '';
  return {
    ...{ topics, sinks, sampled, consumer, env },
    sinkEnv: {
      ...env,
      KAFKA_BOOTSTRAP_SERVERS: topics.bootstrapServers.join(','),
      KAFKA_GROUP_ID: consumer.groupId,
      KAFKA_AUTO_OFFSET_RESET: 'earliest',
    },
    writeDefinition: (folder) =>
      suffix === '' ? resolve(file) : writeRenamed(file, names, folder),
    load: { file, options: sampling },
    connections: [
      `PostgreSQL  ${url} table${plural} ${definitions.map(({ table }) => table).join(', ')}`,
      `Kafka       ${topics.bootstrapServers} topic${plural} ${names.join(', ')}`,
      `SQS         ${sqs.queueUrl}`,
      '',
      'In another terminal:',
      ...exportsOf({
        ...env,
        ...(topics.bootstrapServers === IN_MEMORY
          ? {}
          : { KAFKA_BOOTSTRAP_SERVERS: topics.bootstrapServers.join(',') }),
        ...(ships ? {} : { SINK_CONFIG: file }),
      }),
      'npx kafka-pg-sink doctor',
      ...(topics.bootstrapServers === IN_MEMORY || suffix !== ''
        ? []
        : ['npx kafka-pg-sink consume --group-id again --from earliest']),
    ],
  };
}

/** Writes a definition file that takes another's definitions for other topics. */
function writeRenamed(file: string, topics: readonly string[], folder: string): string {
  const { href } = pathToFileURL(resolve(file));
  const form = file.endsWith('.json') ? " with { type: 'json' }" : '';
  const renamed = join(folder, 'renamed.config.mjs');
  writeFileSync(
    renamed,
    `import exported from ${JSON.stringify(href)}${form};
const topics = ${JSON.stringify(topics)};
export default [exported].flat().map((one, at) => ({ ...one, topic: topics[at] }));
`,
  );
  return renamed;
}

/** Lines for a shell by which the commands of the sink find the servers. */
function exportsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const names = [
    ...['DATABASE_URL', 'KAFKA_BOOTSTRAP_SERVERS'],
    ...['DEAD_LETTER_QUEUE_URL', 'AWS_ENDPOINT_URL_SQS'],
    ...['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'SINK_CONFIG'],
  ];
  return names
    .filter((name) => env[name] !== undefined)
    .map((name) => `export ${name}='${env[name]}'`);
}

/** Reads the settings as if everything were started already, so that a wrong one costs no waiting. */
function checkSettings(env: Env): ConsumeSettings {
  for (const name of ['DATABASE_SECRET_ARN', 'DATABASE_IAM_USER'])
    if (env[name])
      throw new ConfigError([
        `${name} is set: npm start brings its own database, or takes the one that DATABASE_URL names; unset it`,
      ]);
  return readConsumeSettings({
    DATABASE_URL: 'postgres://localhost/later',
    DEAD_LETTER_QUEUE_URL: 'http://localhost/later/later',
    ...env,
  });
}
