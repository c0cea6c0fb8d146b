import { type DatabaseConfig, readDatabaseConfig } from './config/database.ts';
import { type Env, type EnvReader, readEnv } from './config/env.ts';

/** What happens to a record without a value: `dead-letter` it, or `ignore` it. */
export type TombstonePolicy = 'dead-letter' | 'ignore';

export interface RetryConfig {
  /** Retries after the first try. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of the delay by which it varies at random, 0 to 1. */
  readonly jitter: number;
}

export interface CircuitBreakerConfig {
  /** Consecutive failures that open the breaker. */
  readonly threshold: number;
  /** Time until the first probe, doubled after each probe that fails. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

export interface Config {
  readonly database: DatabaseConfig;
  readonly deadLetterQueueUrl: string;
  /** Whether the event source mapping reads `batchItemFailures`. Where it does not, a failure must throw. */
  readonly partialBatchResponse: boolean;
  readonly tombstonePolicy: TombstonePolicy;
  readonly retry: RetryConfig;
  readonly circuitBreaker: CircuitBreakerConfig;
  /** Time kept free before the function's timeout. */
  readonly deadlineMarginMs: number;
  /** Time by which an answer with failures is held back, so that deliveries of a batch are counted more slowly. */
  readonly failurePauseMs: number;
}

export interface ConsumerConfig {
  /** `host:port` each. */
  readonly bootstrapServers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  /** Where a group without committed offsets begins. */
  readonly autoOffsetReset: 'earliest' | 'latest';
  /** Records that start a flush. */
  readonly batchSize: number;
  /** Age of the oldest waiting record that starts a flush. */
  readonly flushIntervalMs: number;
  /** Records that wait at most; fetching pauses there. */
  readonly maxBatchSize: number;
}

const MINUTES = 60_000;

/**
 * Reads and checks the settings of the handler (DESIGN §6, `docs/configuration.md`).
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what is accepted
 */
export function readConfig(env: Env): Config {
  const reader = readEnv(env);
  const config = readHandlerConfig(reader);
  reader.done();
  return freeze(config);
}

/**
 * Reads and checks the settings of the migrations: the database's, nothing else.
 *
 * @throws {ConfigError} as {@link readConfig}
 */
export function readMigrationConfig(env: Env): DatabaseConfig {
  const reader = readEnv(env);
  const config = readDatabaseConfig(reader);
  const name = config.table.at(-1);
  if (name !== 'notifications')
    reader.problem(
      `DATABASE_TABLE=${JSON.stringify(env.DATABASE_TABLE)}: the migrations create a table named notifications, optionally behind a schema; for another name write a migration of your own`,
    );
  reader.done();
  return freeze(config);
}

/**
 * Reads and checks the settings of the consumer outside Lambda, those of the handler that it drives included.
 *
 * @throws {ConfigError} as {@link readConfig}
 */
export function readConsumerConfig(env: Env): ConsumerConfig {
  const reader = readEnv(env);
  readHandlerConfig(reader);
  const config: ConsumerConfig = {
    bootstrapServers: reader
      .matching(
        'KAFKA_BOOTSTRAP_SERVERS',
        'localhost:9092',
        /^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/,
        'host:port, several separated by commas',
      )
      .split(','),
    topic: reader.matching(
      'KAFKA_TOPIC',
      'notifications',
      /^(?!\.{1,2}$)[\w.-]{1,249}$/,
      'a topic name of 1 to 249 letters, digits, dots, _ and -',
    ),
    groupId: reader.matching('KAFKA_GROUP_ID', 'notification-sink', /\S/, 'a group name'),
    autoOffsetReset: reader.oneOf('KAFKA_AUTO_OFFSET_RESET', 'latest', ['earliest', 'latest']),
    batchSize: reader.integer('BATCH_SIZE', 100, { min: 1, max: 10_000, unit: 'records' }),
    flushIntervalMs: reader.integer('FLUSH_INTERVAL_MS', 5000, {
      min: 1,
      max: 300_000,
      unit: 'ms',
    }),
    maxBatchSize: reader.integer('MAX_BATCH_SIZE', 10_000, {
      min: 1,
      max: 10_000,
      unit: 'records',
    }),
  };
  if (config.batchSize > config.maxBatchSize)
    reader.problem(
      `BATCH_SIZE (${config.batchSize}) is larger than MAX_BATCH_SIZE (${config.maxBatchSize}): a flush would never start`,
    );
  reader.done();
  return freeze(config);
}

function readHandlerConfig(env: EnvReader): Config {
  const config: Config = {
    database: readDatabaseConfig(env),
    deadLetterQueueUrl: env.matching(
      'DEAD_LETTER_QUEUE_URL',
      undefined,
      /^https?:\/\/[^\s/]+\/\S+$/,
      'the URL of an SQS queue, https://sqs.<region>.amazonaws.com/<account>/<name>',
    ),
    partialBatchResponse:
      env.oneOf('PARTIAL_BATCH_RESPONSE', 'disabled', ['enabled', 'disabled']) === 'enabled',
    tombstonePolicy: env.oneOf('TOMBSTONE_POLICY', 'dead-letter', ['dead-letter', 'ignore']),
    retry: {
      maxAttempts: env.integer('RETRY_MAX_ATTEMPTS', 3, { min: 0, max: 100, unit: 'retries' }),
      baseDelayMs: env.integer('RETRY_BASE_DELAY_MS', 100, { min: 1, max: MINUTES, unit: 'ms' }),
      maxDelayMs: env.integer('RETRY_MAX_DELAY_MS', 5000, {
        min: 1,
        max: 10 * MINUTES,
        unit: 'ms',
      }),
      jitter: env.decimal('RETRY_JITTER', 0.2, { min: 0, max: 1, unit: 'share of the delay' }),
    },
    circuitBreaker: {
      threshold: env.integer('CIRCUIT_BREAKER_THRESHOLD', 5, {
        min: 1,
        max: 1000,
        unit: 'failures',
      }),
      openMs: env.integer('CIRCUIT_BREAKER_OPEN_MS', 1000, {
        min: 1,
        max: 10 * MINUTES,
        unit: 'ms',
      }),
      maxOpenMs: env.integer('CIRCUIT_BREAKER_MAX_OPEN_MS', 4000, {
        min: 1,
        max: 10 * MINUTES,
        unit: 'ms',
      }),
    },
    deadlineMarginMs: env.integer('DEADLINE_MARGIN_MS', 1000, {
      min: 0,
      max: 5 * MINUTES,
      unit: 'ms',
    }),
    failurePauseMs: env.integer('FAILURE_PAUSE_MS', 0, { min: 0, max: 5 * MINUTES, unit: 'ms' }),
  };
  const { retry, circuitBreaker } = config;
  if (retry.baseDelayMs > retry.maxDelayMs)
    env.problem(
      `RETRY_BASE_DELAY_MS (${retry.baseDelayMs}) is larger than RETRY_MAX_DELAY_MS (${retry.maxDelayMs}): accepted is at most that`,
    );
  if (circuitBreaker.openMs > circuitBreaker.maxOpenMs)
    env.problem(
      `CIRCUIT_BREAKER_OPEN_MS (${circuitBreaker.openMs}) is larger than CIRCUIT_BREAKER_MAX_OPEN_MS (${circuitBreaker.maxOpenMs}): accepted is at most that`,
    );
  return config;
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part) freeze(part);
  return Object.freeze(value);
}
