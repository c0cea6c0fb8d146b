import type { RetryPolicy } from '../timing/retry.ts';
import { type DatabaseSettings, readDatabase } from './database.ts';
import { type Env, type Reader, readSettings } from './reader.ts';
import { readGroup, readSetting, type Values } from './setting.ts';
import { CIRCUIT_BREAKER, DEAD_LETTERS, RETRY } from './table/failures.ts';

/** What happens to a record without a value: `dead-letter` it, or `ignore` it. */
export type TombstonePolicy = Values<typeof DEAD_LETTERS>['tombstonePolicy'];

export interface CircuitBreakerSettings {
  /** Consecutive failures that open the breaker. */
  readonly threshold: number;
  /** Time until the first probe, doubled after each probe that fails. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

/** Settings of the sink itself, whichever door its records come through. */
export interface SinkSettings {
  readonly database: DatabaseSettings;
  readonly deadLetterQueueUrl: string;
  readonly tombstonePolicy: TombstonePolicy;
  readonly retry: RetryPolicy;
  readonly circuitBreaker: CircuitBreakerSettings;
}

/** Reads the settings of the sink; what is wrong is noted in `reader`. */
export function readSink(reader: Reader): SinkSettings {
  const database = readDatabase(reader);
  const deadLetters = readGroup(reader, DEAD_LETTERS);
  const retry = readGroup(reader, RETRY);
  const circuitBreaker = readGroup(reader, CIRCUIT_BREAKER);
  reader.atMost(
    ['RETRY_BASE_DELAY_MS', retry.baseDelayMs],
    ['RETRY_MAX_DELAY_MS', retry.maxDelayMs],
  );
  reader.atMost(
    ['CIRCUIT_BREAKER_OPEN_MS', circuitBreaker.openMs],
    ['CIRCUIT_BREAKER_MAX_OPEN_MS', circuitBreaker.maxOpenMs],
  );
  return { database, ...deadLetters, retry, circuitBreaker };
}

/**
 * Reads the dead-letter queue's URL alone, for tools that need nothing else.
 *
 * @throws {ConfigError} when it is not set, or wrong
 */
export function readDeadLetterQueueUrl(env: Env): string {
  const { deadLetterQueueUrl } = DEAD_LETTERS.settings;
  return readSettings(env, (reader) => readSetting(reader, deadLetterQueueUrl)) as string;
}

/** Reads what becomes of records without a value, alone. */
export function readTombstonePolicy(reader: Reader): TombstonePolicy {
  return readSetting(reader, DEAD_LETTERS.settings.tombstonePolicy) as TombstonePolicy;
}
