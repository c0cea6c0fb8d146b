import { openQueue } from '../../dead-letter/open-queue.ts';
import type { SendDeadLetters } from '../../dead-letter/queue.ts';
import type { CompiledSinks } from '../../definition/sinks.ts';
import { createPublisher } from '../../kafka/publisher.ts';
import { createRangeReader } from '../../kafka/range-reader.ts';
import { createStore } from '../../postgres/store.ts';
import { isSinkError, type SinkError } from '../../record/errors.ts';
import type { ReplaySettings } from '../../settings/replay.ts';
import { createPace } from '../../timing/pace.ts';
import { createRetry } from '../../timing/retry.ts';
import { printDiff } from '../print/diff.ts';
import { redactionsOf } from '../print/redaction.ts';
import { printRowDiff } from '../print/row-diff.ts';
import type { Session } from '../queue/session.ts';
import type { Selection } from '../reading/selection.ts';
import type { Transform } from '../transform/transform.ts';
import { ACKNOWLEDGE_NOTHING, createAcknowledger } from './acknowledger.ts';
import { Cleanup } from './cleanup.ts';
import { createDryRun } from './dry-run.ts';
import { failOnce } from './fail-once.ts';
import type { Ledger } from './ledger.ts';
import { ownTopics } from './own-topics.ts';
import { prepare } from './prepare.ts';
import { replay } from './replay.ts';
import { createSorter } from './sorter.ts';
import { createStoreTarget } from './store-target.ts';
import type { Target } from './target.ts';
import { createTopicDryRun, createTopicTarget } from './topic-target.ts';

/** The options of the command line. */
export interface ReplayOptions {
  readonly selection: Selection;
  /** How many dead letters and on-failure messages are taken, at most. */
  readonly limit: number;
  /** Records a second; null for no limit. */
  readonly rate: number | null;
  /** Failed attempts after which a dead letter is left alone. */
  readonly maxAttempts: number;
  /** Whether to report only what would happen. */
  readonly dryRun: boolean;
  readonly discardMissing: boolean;
  readonly transform: Transform | null;
  /** Whether the changes that are shown are masked as the definitions of the records' topics say. */
  readonly redact: boolean;
}

/** How a replay ended. */
export interface Replayed {
  /** Why it stopped early; null when it did not. */
  readonly cause: SinkError | null;
  /** Messages that SQS did not delete. */
  readonly undeleted: number;
  /** Whether the leases left room to receive the whole queue. */
  readonly complete: boolean;
  /** Messages in flight elsewhere, approximately, as SQS counts them; null when the caller may not ask. */
  readonly inFlight: number | null;
  /** Ids that the command names, of no message that was received. */
  readonly notFound: readonly string[];
}

const MAX_BATCH = 1000;

/**
 * Builds the parts of a replay, runs it, and closes them.
 *
 * @param sinks the definitions of the records' topics
 */
export async function runReplay(
  { queue, leases }: Session,
  destination: ReplaySettings,
  sinks: CompiledSinks,
  options: ReplayOptions,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Replayed> {
  const { selection, limit, rate, maxAttempts, dryRun, discardMissing, transform } = options;
  await using cleanup = new Cleanup();
  const reader = failOnce(createRangeReader(destination.kafka));
  const isOwn = (topic: string) =>
    topic === selection.topic || !(sinks.sinkOf(topic) instanceof Error);
  // No table takes the records of another topic.
  const fetcher = destination.to.kind === 'topic' ? ownTopics(reader, isOwn) : reader;
  cleanup.defer(() => fetcher.close());
  const target = createTarget(destination, sinks, dryRun);
  cleanup.defer(() => target.close());
  const sendDeadLetters = dryRun ? null : createSender(destination, cleanup);
  const redact = options.redact ? redactionsOf(sinks) : null;
  const sorter = createSorter(selection, limit, maxAttempts);
  const acknowledger = dryRun ? ACKNOWLEDGE_NOTHING : createAcknowledger(queue, leases, sorter);
  const replaying = replay({
    ...{
      leases,
      sorter,
      acknowledger,
      ledger,
      target,
      fetcher,
      sendDeadLetters,
      discardMissing,
      signal,
    },
    prepare: (reading) => prepare(reading, { fetcher, transform, discardMissing }),
    diff: ({ record, after }) =>
      dryRun ? printDiff(record, after, redact?.(record.topic) ?? null).split('\n') : [],
    diffRow: ({ topic }, row) => printRowDiff(row, redact?.(topic) ?? null),
    skipOnFailure: transform
      ? 'a transform applies to dead letters: replay on-failure messages without it'
      : null,
    pace: createPace(rate, signal),
    batchSize: Math.min(MAX_BATCH, Math.ceil(rate ?? MAX_BATCH)),
  });
  const cause = await replaying.catch((error) => {
    // The caller reports what was done until then.
    if (isSinkError(error)) return error;
    throw error;
  });
  // An error that ended the replay matters more than an error of counting.
  const counts = cause ? null : await queue.count();
  return {
    cause,
    undeleted: acknowledger.undeleted,
    complete: !leases.isFull,
    inFlight: counts && Math.max(0, counts.inFlight - leases.size),
    // Who stopped early has not looked at all of them.
    notFound: cause || signal.aborted || sorter.isFull ? [] : [...sorter.notFound],
  };
}

function createTarget(
  { kafka, to }: ReplaySettings,
  { sinkOf }: CompiledSinks,
  dryRun: boolean,
): Target {
  if (to.kind === 'topic') {
    const publisher = createPublisher(kafka, to.topic);
    return dryRun ? createTopicDryRun(publisher) : createTopicTarget(publisher);
  }
  const { database, tombstonePolicy } = to.sink;
  return dryRun
    ? createDryRun(database, sinkOf, tombstonePolicy)
    : createStoreTarget(createStore(to.sink, SILENT), sinkOf, tombstonePolicy);
}

const SILENT = { onRetry: () => {}, onCircuit: () => {} };

/** Sends dead letters for records that have none yet, as the sink does. */
function createSender({ to }: ReplaySettings, cleanup: Cleanup): SendDeadLetters | null {
  if (to.kind === 'topic') return null;
  const { deadLetterQueueUrl, retry, circuitBreaker } = to.sink;
  const queue = openQueue(deadLetterQueueUrl, createRetry(retry, SILENT.onRetry), circuitBreaker);
  cleanup.defer(() => queue.close());
  return queue.send;
}
