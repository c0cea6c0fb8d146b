import type { ParseArgsOptionsConfig } from 'node:util';
import { DeadLetterToolsError } from '../dead-letter-tools/error.ts';
import type { ReplayOptions } from '../dead-letter-tools/replay/open-replay.ts';
import { loadTransform } from '../dead-letter-tools/transform/load.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import type { Env } from '../settings/reader.ts';
import { type ReplaySettings, readReplaySettings } from '../settings/replay.ts';
import { UsageError } from './command.ts';
import {
  COMMON,
  COMMON_HELP,
  integerOf,
  leaseSecondsOf,
  queueUrlOf,
  SELECTING,
  SELECTING_HELP,
  selectionOf,
  topicOf,
} from './dead-letters-options.ts';
import { readArguments } from './options.ts';
import { loadNamedSinks, SINK_OPTION, sinkHelp } from './sink-option.ts';

export const HELP = `kafka-pg-sink dead-letters replay [ID …] [options]

Decodes and stores the records of the dead letters as the sink does, with their old topic, partition and offset, and
deletes each dead letter after its row is committed. When a record is rejected again, its dead letter stays in the
queue, and the attempt is counted. For the on-failure messages of Lambda, replay fetches the records from Kafka;
rejected ones among them get dead letters in DEAD_LETTER_QUEUE_URL. With ids, as show takes them, only those messages
are replayed. A replay can be interrupted at any point and run
again: nothing is lost, and nothing is stored twice.

  --dry-run                 only report what would happen: records are stored in a transaction that is rolled back
  --limit N                 take at most N messages
  --rate R                  take at most R records a second
  --max-attempts N          leave dead letters alone after N failed attempts (default 5)
  --transform FILE.mjs      fix the values of dead letters with your own module, or drop dead letters; with --dry-run
                            the changes are shown
  --redact                  show of the changes only what columns of the definition take that are not sensitive, and
                            mask the rest; of a topic without a definition, mask everything
  --to-topic TOPIC          publish the records to a topic of Kafka instead, with their old key and headers, and
                            delete each dead letter after Kafka has acknowledged its record
  --discard-missing         also delete dead letters and on-failure messages whose records Kafka has deleted
  --yes                     do not ask for confirmation
${sinkHelp(28)}
${SELECTING_HELP}
${COMMON_HELP}

Environment: the settings of the sink; with --to-topic only DEAD_LETTER_QUEUE_URL. To fetch records from Kafka, or to
publish them, also KAFKA_* as for consume; it must be the cluster that the records came from. See docs/settings.md.

Exit code: 0 when nothing is left to do, 1 when something is left or fails, 2 for a wrong command line, 130 after a
signal.`;

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  limit: { type: 'string' },
  rate: { type: 'string' },
  'max-attempts': { type: 'string' },
  transform: { type: 'string' },
  redact: { type: 'boolean' },
  'to-topic': { type: 'string' },
  'discard-missing': { type: 'boolean' },
  yes: { type: 'boolean' },
  ...SINK_OPTION,
  ...SELECTING,
  ...COMMON,
} as const satisfies ParseArgsOptionsConfig;

const DEFAULT_MAX_ATTEMPTS = 5;

export interface ReplayCommand {
  readonly queueUrl: string;
  readonly leaseSeconds: number;
  readonly destination: ReplaySettings;
  /** The definitions of the records' topics. */
  readonly sinks: CompiledSinks;
  readonly options: ReplayOptions;
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * Reads the command line of `dead-letters replay`, and the settings that it needs.
 *
 * @returns null for --help
 * @throws {UsageError | ConfigError}
 * @throws {DeadLetterToolsError} when the transform cannot be loaded
 */
export async function readReplay(args: readonly string[], env: Env): Promise<ReplayCommand | null> {
  const { values, positionals } = readArguments('dead-letters replay', args, OPTIONS);
  if (values.help) return null;
  const topic = topicOf(values, 'to-topic');
  const options = {
    selection: selectionOf(values, positionals),
    limit: integerOf(values, 'limit', 1, 1_000_000_000) ?? Number.POSITIVE_INFINITY,
    rate: integerOf(values, 'rate', 1, 1_000_000),
    maxAttempts: integerOf(values, 'max-attempts', 1, 1000) ?? DEFAULT_MAX_ATTEMPTS,
    dryRun: values['dry-run'] ?? false,
    discardMissing: values['discard-missing'] ?? false,
    redact: values.redact ?? false,
  };
  const leaseSeconds = leaseSecondsOf(values);
  const destination = readReplaySettings(env, topic);
  const sinks = await loadNamedSinks(values, env);
  return {
    queueUrl: queueUrlOf(values, env),
    leaseSeconds,
    destination,
    sinks,
    options: { ...options, transform: await transformOf(values.transform) },
    yes: values.yes ?? false,
    json: values.json ?? false,
  };
}

async function transformOf(file: string | undefined): Promise<ReplayOptions['transform']> {
  if (file === undefined) return null;
  if (file === '') throw new UsageError('--transform needs the name of a module.');
  const { transform, problem } = await loadTransform(file);
  if (problem !== null) throw new DeadLetterToolsError(problem);
  return transform;
}
