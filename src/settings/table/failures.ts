import { decimal, integer, milliseconds, oneOf, pattern } from '../kinds.ts';
import type { Group } from '../setting.ts';

const MINUTES = 60_000;

export const DEAD_LETTERS = {
  subject: 'Dead letters',
  readBy: 'sink',
  settings: {
    deadLetterQueueUrl: {
      variable: 'DEAD_LETTER_QUEUE_URL',
      kind: pattern(
        /^https?:\/\/[^\s/]+\/\S+$/,
        'the URL of an SQS queue, https://sqs.<region>.amazonaws.com/<account>/<name>',
        'URL',
      ),
      required: true,
      help: 'queue for records that can never be stored',
    },
    tombstonePolicy: {
      variable: 'TOMBSTONE_POLICY',
      kind: oneOf('dead-letter', 'ignore'),
      default: 'dead-letter',
      help: 'what happens to a record without a value, in mode insert',
    },
  },
} as const satisfies Group;

/** For PostgreSQL and SQS in place, and for a Kafka broker that went away. */
export const RETRY = {
  subject: 'Retries',
  readBy: 'sink',
  settings: {
    maxAttempts: {
      variable: 'RETRY_MAX_ATTEMPTS',
      kind: integer(0, 100, 'retries'),
      default: '3',
      help: 'retries after the first try, before a record has failed',
    },
    baseDelayMs: {
      variable: 'RETRY_BASE_DELAY_MS',
      kind: milliseconds(1, MINUTES),
      default: '100',
      help: 'delay before the first retry; it doubles with each',
    },
    maxDelayMs: {
      variable: 'RETRY_MAX_DELAY_MS',
      kind: milliseconds(1, 10 * MINUTES),
      default: '5000',
      help: 'longest delay',
    },
    jitter: {
      variable: 'RETRY_JITTER',
      kind: decimal(0, 1, 'share of the delay'),
      default: '0.2',
      help: 'by how much a delay varies at random',
    },
  },
} as const satisfies Group;

export const CIRCUIT_BREAKER = {
  subject: 'Circuit breaker',
  readBy: 'sink',
  settings: {
    threshold: {
      variable: 'CIRCUIT_BREAKER_THRESHOLD',
      kind: integer(1, 1000, 'failures'),
      default: '5',
      help: 'failures of PostgreSQL, or SQS without an answer, in a row that open it',
    },
    openMs: {
      variable: 'CIRCUIT_BREAKER_OPEN_MS',
      kind: milliseconds(1, 10 * MINUTES),
      default: '1000',
      help: 'time until its first probe; it doubles with each that fails',
    },
    maxOpenMs: {
      variable: 'CIRCUIT_BREAKER_MAX_OPEN_MS',
      kind: milliseconds(1, 10 * MINUTES),
      default: '3000',
      help: 'longest time between two probes',
    },
  },
} as const satisfies Group;
