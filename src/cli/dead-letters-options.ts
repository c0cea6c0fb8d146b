import type { ParseArgsOptionsConfig } from 'node:util';
import { REASONS, readMoment, type Selection } from '../dead-letter-tools/reading/selection.ts';
import { TOPIC_NAME } from '../record/coordinates.ts';
import type { Env } from '../settings/reader.ts';
import { readDeadLetterQueueUrl } from '../settings/sink.ts';
import { DEAD_LETTERS } from '../settings/table/failures.ts';
import { UsageError } from './command.ts';

/** Options of every command of `dead-letters`. */
export const COMMON = {
  'queue-url': { type: 'string' },
  region: { type: 'string' },
  'visibility-timeout': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

export const COMMON_HELP = `  --queue-url URL           the queue, if not DEAD_LETTER_QUEUE_URL: for example that of Lambda's on-failure messages
  --region REGION           region of the queue (default: AWS_REGION, or the region of the profile)
  --visibility-timeout S    how many seconds received messages stay invisible to other readers; this command extends
                            that while it runs. After it is killed they reappear within S seconds (default 60)
  --json                    one JSON document on standard output
  --help                    this text`;

/** Options that select messages. */
export const SELECTING = {
  reason: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  topic: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

export const SELECTING_HELP = `  --reason R                only messages with this reason: ${REASONS.slice(0, 4).join(', ')},
                            ${REASONS.slice(4).join(', ')}
  --since T, --until T      only records that failed at T or later, or before T: a time in ISO 8601 with an offset, or
                            an age such as 90m, 2h or 3d
  --topic TOPIC             only records of this topic`;

/** Option values as given on the command line. */
type Values = Readonly<Record<string, string | boolean | undefined>>;

/** The queue of the command line, or else that of the environment. */
export function queueUrlOf(values: Values, env: Env): string {
  const { 'queue-url': url, region } = values;
  if (region === '') throw new UsageError('--region needs the name of a region.');
  // Every client of the SDK reads this variable.
  if (region !== undefined) process.env.AWS_REGION = String(region);
  if (typeof url !== 'string') return readDeadLetterQueueUrl(env);
  const { kind } = DEAD_LETTERS.settings.deadLetterQueueUrl;
  if (kind.parse(url) === undefined)
    throw new UsageError(`--queue-url ${JSON.stringify(url)}: must be ${kind.mustBe}.`);
  return url;
}

const DEFAULT_LEASE_SECONDS = 60;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MAX_LEASE_SECONDS = 43_200;

export function leaseSecondsOf(values: Values): number {
  return integerOf(values, 'visibility-timeout', 1, MAX_LEASE_SECONDS) ?? DEFAULT_LEASE_SECONDS;
}

/** @returns a whole number; null when the option is not given */
export function integerOf(values: Values, name: string, min: number, max: number): number | null {
  const text = values[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(String(text)) && value >= min && value <= max) return value;
  throw new UsageError(
    `--${name} ${JSON.stringify(text)}: must be a whole number from ${min} to ${max}.`,
  );
}

/**
 * @param ids of the command line; none for all messages
 * @throws {UsageError}
 */
export function selectionOf(values: Values, ids: readonly string[] = []): Selection {
  const { reason = null } = values;
  if (reason !== null && !REASONS.some((one) => one === reason))
    throw new UsageError(
      `--reason ${JSON.stringify(reason)}: must be one of ${REASONS.join(', ')}.`,
    );
  if (ids.includes('')) throw new UsageError('An id must not be empty.');
  const now = Date.now();
  return {
    reason: reason === null ? null : String(reason),
    since: momentOf(values, 'since', now),
    until: momentOf(values, 'until', now),
    topic: topicOf(values, 'topic'),
    ids: ids.length > 0 ? new Set(ids) : null,
  };
}

/** @returns the name of a topic; null when the option is not given */
export function topicOf(values: Values, name: string): string | null {
  const { [name]: topic } = values;
  if (topic === undefined) return null;
  if (TOPIC_NAME.test(String(topic))) return String(topic);
  throw new UsageError(
    `--${name} ${JSON.stringify(topic)}: must be a topic name of 1 to 249 letters, digits, dots, _ and -.`,
  );
}

function momentOf(values: Values, name: string, now: number): number | null {
  const text = values[name];
  if (text === undefined) return null;
  const time = readMoment(String(text), now);
  if (time !== null) return time;
  throw new UsageError(
    `--${name} ${JSON.stringify(text)}: must be a time in ISO 8601 with an offset, such as 2026-01-31T03:00:00Z, or an age such as 90m, 2h or 3d.`,
  );
}
