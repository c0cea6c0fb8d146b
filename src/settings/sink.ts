import type { RetryPolicy } from '../timing/retry.ts';
import { type DatabaseConfig, readDatabaseConfig } from './database.ts';
import { type Env, type EnvReader, readEnv } from './reader.ts';

/** What happens to a record without a value: `dead-letter` it, or `ignore` it. */
export type TombstonePolicy = 'dead-letter' | 'ignore';

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
  readonly retry: RetryPolicy;
  readonly circuitBreaker: CircuitBreakerConfig;
  /** Time kept free before the function's timeout. */
  readonly deadlineMarginMs: number;
  /** Time by which an answer with failures is held back, so that deliveries of a batch are counted more slowly. */
  readonly failurePauseMs: number;
}

const MINUTES = 60_000;

/**
 * Reads and checks the settings of the handler (README, "Configuration").
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

/** Reads the settings of the handler; what is wrong is noted in `env`. */
export function readHandlerConfig(env: EnvReader): Config {
  const config: Config = {
    database: readDatabaseConfig(env),
    deadLetterQueueUrl: readQueueUrl(env),
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

export const QUEUE_URL = /^https?:\/\/[^\s/]+\/\S+$/;
export const QUEUE_URL_FORM =
  'the URL of an SQS queue, https://sqs.<region>.amazonaws.com/<account>/<name>';

/** Reads the dead-letter queue's URL alone; what is wrong is noted in `env`. */
export function readQueueUrl(env: EnvReader): string {
  return env.matching('DEAD_LETTER_QUEUE_URL', undefined, QUEUE_URL, QUEUE_URL_FORM);
}

/** Freezes a value and all that it holds. */
export function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part) freeze(part);
  return Object.freeze(value);
}
