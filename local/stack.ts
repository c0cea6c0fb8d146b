import definition from '../sink.config.ts';
import type { Log } from '../src/kafka/source.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { ConfigError } from '../src/record/errors.ts';
import type { ConsumerSettings } from '../src/settings/consumer.ts';
import type { Env } from '../src/settings/reader.ts';
import { type ConsumeSettings, readConsumeSettings } from '../src/settings/service.ts';
import type { RetryPolicy } from '../src/timing/retry.ts';
import { startDatabase } from './database.ts';
import { MissingBrokerError, startKafka } from './kafka.ts';
import { createKafkaTopic } from './kafka-topic.ts';
import { createMemoryTopic } from './memory-topic.ts';
import type { Options } from './options.ts';
import { startSqs } from './sqs.ts';
import type { Topic } from './topic.ts';

/** Everything that a run needs, started and empty. */
export interface Stack {
  readonly topic: Topic;
  /** Where the rows go. */
  readonly table: string;
  readonly consumer: ConsumerSettings;
  /** The handler's environment. */
  readonly env: Env;
  /** What to say about how to reach each server. */
  readonly connections: readonly string[];
}

/** Tells a run's topic and schema from those of another on the same servers; fits the ids of the samples. */
export function newRun(): number {
  return Math.floor(Math.random() * 0xffff_ffff);
}

/**
 * Starts what the environment does not name: PostgreSQL, Kafka, and in any case SQS. On a server that the environment
 * names, everything of the run lives in a topic and a schema of its own.
 *
 * @param cleanup is given what must be stopped or removed, in the order it was started
 * @throws {ConfigError} before anything is started, where a setting is wrong
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
  const database = await startDatabase(options, run, cleanup, say);
  const sqs = await startSqs(options.sqsPort ? { port: options.sqsPort } : {});
  cleanup.defer(() => sqs.stop());
  say(`SQS: emulator on ${sqs.endpoint}`);
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'ERROR',
    // Shorter than the default, so that the last, small batch does not wait for 5 s.
    FLUSH_INTERVAL_MS: '200',
    // One process has the database to itself here; Lambda's default is for many at a time.
    DATABASE_POOL_SIZE: '4',
    ...process.env,
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  const { sink, consumer: configured } = readConsumeSettings(env);
  await migrate(sink.database, { connectionString: database.url }, say, database.schema);
  const topic = await startTopic(options, run, retry, cleanup, log, say);
  const consumer = {
    ...configured,
    connection: { ...configured.connection, bootstrapServers: topic.bootstrapServers },
    groupId: `kafka-pg-sink-start-${run}`,
    autoOffsetReset: 'earliest' as const,
  };
  return {
    topic,
    table: database.table,
    consumer,
    env,
    connections: [
      `PostgreSQL  ${database.url} table ${database.table}`,
      `Kafka       ${topic.bootstrapServers} topic ${topic.name}`,
      `SQS         ${sqs.queueUrl}`,
      '',
      'In another terminal:',
      ...exportsOf(env),
      'npx kafka-pg-sink doctor',
    ],
  };
}

/** Lines for a shell by which the commands of the sink find the servers. */
function exportsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  const names = [
    ...['DATABASE_URL', 'DEAD_LETTER_QUEUE_URL', 'AWS_ENDPOINT_URL_SQS'],
    ...['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  ];
  return names.map((name) => `export ${name}='${env[name]}'`);
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

async function startTopic(
  { kafkaPort }: Options,
  run: number,
  retry: RetryPolicy,
  cleanup: AsyncDisposableStack,
  log: Log,
  say: (line: string) => void,
): Promise<Topic> {
  const named = process.env.KAFKA_BOOTSTRAP_SERVERS;
  const name = String(definition.topic);
  if (named) {
    const topic = await createKafkaTopic(named.split(','), `${name}-start-${run}`, retry, log);
    cleanup.defer(() => topic.remove());
    say(`Kafka: the broker at ${named}, topic ${topic.name}`);
    return topic;
  }
  try {
    const broker = await startKafka({
      onProgress: say,
      ...(kafkaPort ? { port: kafkaPort } : {}),
    });
    cleanup.defer(() => broker.stop());
    return await createKafkaTopic([broker.bootstrapServers], name, retry, log);
  } catch (error) {
    if (!(error instanceof MissingBrokerError) || process.env.CI === 'true') throw error;
    say(`${error.message} Going on with a topic in memory.`);
    return createMemoryTopic(name);
  }
}
