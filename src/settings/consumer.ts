import { type KafkaConnectionConfig, readKafkaConnection } from './kafka.ts';
import { type Env, readEnv } from './reader.ts';
import { freeze, readHandlerConfig } from './sink.ts';

export interface ConsumerConfig {
  readonly connection: KafkaConnectionConfig;
  readonly topic: string;
  readonly groupId: string;
  /**
   * Name of this member that outlives its process: after a crash it gets its partitions back, if it is there again within
   * the session timeout. An orderly stop gives them up.
   */
  readonly groupInstanceId: string | null;
  /** Silence after which the group gives this member's partitions to others. */
  readonly sessionTimeoutMs: number;
  /** Where a group without committed offsets begins. */
  readonly autoOffsetReset: 'earliest' | 'latest';
  /** Records that start a flush. */
  readonly batchSize: number;
  /** Age of the oldest waiting record that starts a flush. */
  readonly flushIntervalMs: number;
  /** Records of one batch, and those that wait for the next, at most; fetching pauses there. */
  readonly maxBatchSize: number;
  /** The same in bytes of base64, as records lie in memory. Only a record that is larger by itself exceeds it, alone. */
  readonly maxBatchBytes: number;
  /** Time in which `stop()` ends, whatever Kafka and the handler do. */
  readonly shutdownTimeoutMs: number;
}

const MINUTES = 60_000;
const MIB = 1024 * 1024;

/**
 * Reads and checks the settings of the consumer outside Lambda, those of the handler that it drives included.
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what is accepted
 */
export function readConsumerConfig(env: Env): ConsumerConfig {
  const reader = readEnv(env);
  readHandlerConfig(reader);
  const config: ConsumerConfig = {
    connection: readKafkaConnection(reader),
    topic: reader.matching(
      'KAFKA_TOPIC',
      'notifications',
      /^(?!\.{1,2}$)[\w.-]{1,249}$/,
      'a topic name of 1 to 249 letters, digits, dots, _ and -',
    ),
    groupId: reader.matching('KAFKA_GROUP_ID', 'kafka-pg-sink', /\S/, 'a group name'),
    groupInstanceId: reader.given('KAFKA_GROUP_INSTANCE_ID') ?? null,
    sessionTimeoutMs: reader.integer('KAFKA_SESSION_TIMEOUT_MS', 45_000, {
      min: 6000,
      max: 30 * MINUTES,
      unit: 'ms',
    }),
    autoOffsetReset: reader.oneOf('KAFKA_AUTO_OFFSET_RESET', 'latest', ['earliest', 'latest']),
    batchSize: reader.integer('BATCH_SIZE', 100, { min: 1, max: 10_000, unit: 'records' }),
    flushIntervalMs: reader.integer('FLUSH_INTERVAL_MS', 5000, {
      min: 1,
      max: 5 * MINUTES,
      unit: 'ms',
    }),
    maxBatchSize: reader.integer('MAX_BATCH_SIZE', 10_000, {
      min: 1,
      max: 10_000,
      unit: 'records',
    }),
    // 10,000 records of 1 KB fit, so that it is met by large records only; two such batches are in memory at most.
    maxBatchBytes: reader.integer('MAX_BATCH_BYTES', 16 * MIB, {
      min: 1024,
      max: 256 * MIB,
      unit: 'bytes of base64',
    }),
    shutdownTimeoutMs: reader.integer('SHUTDOWN_TIMEOUT_MS', 25_000, {
      min: 1,
      max: 10 * MINUTES,
      unit: 'ms',
    }),
  };
  if (config.batchSize > config.maxBatchSize)
    reader.problem(
      `BATCH_SIZE (${config.batchSize}) is larger than MAX_BATCH_SIZE (${config.maxBatchSize}): a flush would never start`,
    );
  reader.done();
  return freeze(config);
}
