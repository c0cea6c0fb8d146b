import type { ParseArgsOptionsConfig } from 'node:util';
import { LettersError } from '../dead-letter-tools/error.ts';
import type { ReplayOptions } from '../dead-letter-tools/replay/run.ts';
import { loadTransform } from '../dead-letter-tools/transform/apply.ts';
import type { Env } from '../settings/reader.ts';
import { type ReplaySettings, readReplaySettings } from '../settings/replay.ts';
import { TOPIC_NAME } from '../settings/table/consumer.ts';
import { UsageError } from './command.ts';
import {
  COMMON,
  COMMON_HELP,
  hiddenSecondsOf,
  integerOf,
  queueUrlOf,
  SELECTING,
  SELECTING_HELP,
  selectionOf,
} from './dead-letters-options.ts';
import { readOptions } from './options.ts';

export const HELP = `kafka-pg-sink dead-letters replay [options]

Takes the records of the letters through the decoding and storing of the sink, as of their old topic, partition
and offset, and deletes each letter after its row is committed. A record that is refused again stays in the queue,
with the attempt counted. Notes of Lambda about batches that it gave up are replayed by fetching their offsets
from Kafka; rejected records among them get letters in DEAD_LETTER_QUEUE_URL. It can be interrupted at any point and
run again: nothing is lost, and nothing is stored twice.

  --dry-run                 only say what would happen to each: records are stored in a transaction that is rolled
                            back
  --limit N                 take at most N letters
  --rate R                  take at most R records a second
  --max-attempts N          leave letters alone that were refused so often (default 5)
  --transform FILE.mjs      mend the values of letters by a module of yours, or drop letters; with --dry-run the
                            changes are shown
  --redact                  mask body, title and user id where changes are shown
  --to-topic TOPIC          put the records onto a topic of Kafka instead, with their old key and headers, and
                            delete each letter after Kafka has acknowledged its record
  --discard-gone            delete notes and letters too whose records Kafka has deleted
  --yes                     do not ask
${SELECTING_HELP}
${COMMON_HELP}

Environment: the settings of the sink, see docs/settings.md; with --to-topic DEAD_LETTER_QUEUE_URL alone. KAFKA_* as for
consume, where records are fetched from Kafka or put onto a topic: it must be the cluster that they came from.

Exit code: 0 when all that is meant was settled, 1 when something is left or fails, 2 for a wrong command line, 130
after a signal.`;

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  limit: { type: 'string' },
  rate: { type: 'string' },
  'max-attempts': { type: 'string' },
  transform: { type: 'string' },
  redact: { type: 'boolean' },
  'to-topic': { type: 'string' },
  'discard-gone': { type: 'boolean' },
  yes: { type: 'boolean' },
  ...SELECTING,
  ...COMMON,
} as const satisfies ParseArgsOptionsConfig;

const DEFAULT_MAX_ATTEMPTS = 5;

export interface ReplayCommand {
  readonly queueUrl: string;
  readonly hiddenSeconds: number;
  readonly destination: ReplaySettings;
  readonly options: ReplayOptions;
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * Reads the command line of `dead-letters replay`, and the settings that it needs.
 *
 * @returns null where help was asked for
 * @throws {UsageError | ConfigError}
 * @throws {LettersError} where the transform cannot be loaded
 */
export async function readReplay(args: readonly string[], env: Env): Promise<ReplayCommand | null> {
  const values = readOptions('dead-letters replay', args, OPTIONS);
  if (values.help) return null;
  const topic = values['to-topic'] ?? null;
  if (topic !== null && TOPIC_NAME.parse(topic) === undefined)
    throw new UsageError(`--to-topic ${JSON.stringify(topic)}: must be ${TOPIC_NAME.mustBe}.`);
  const options = {
    selection: selectionOf(values),
    limit: integerOf(values, 'limit', 1, 1_000_000_000) ?? Number.POSITIVE_INFINITY,
    rate: integerOf(values, 'rate', 1, 1_000_000),
    maxAttempts: integerOf(values, 'max-attempts', 1, 1000) ?? DEFAULT_MAX_ATTEMPTS,
    dryRun: values['dry-run'] ?? false,
    discardGone: values['discard-gone'] ?? false,
    redact: values.redact ?? false,
  };
  const hiddenSeconds = hiddenSecondsOf(values);
  const destination = readReplaySettings(env, topic);
  return {
    queueUrl: queueUrlOf(values, env),
    hiddenSeconds,
    destination,
    options: { ...options, transform: await transformOf(values.transform) },
    yes: values.yes ?? false,
    json: values.json ?? false,
  };
}

async function transformOf(file: string | undefined): Promise<ReplayOptions['transform']> {
  if (file === undefined) return null;
  if (file === '') throw new UsageError('--transform needs the name of a module.');
  const { transform, problem } = await loadTransform(file);
  if (problem !== null) throw new LettersError(problem);
  return transform;
}
