import { SQSClient } from '@aws-sdk/client-sqs';
import { createDeadLetterQueue, type SendDeadLetters } from '../../dead-letter/queue.ts';
import { createPublisher } from '../../kafka/publisher.ts';
import { createRecordFetcher } from '../../kafka/range-reader.ts';
import { createStore } from '../../postgres/store.ts';
import { SinkError } from '../../record/errors.ts';
import type { ReplaySettings } from '../../settings/replay.ts';
import { createPace } from '../../timing/pace.ts';
import { createRetry } from '../../timing/retry.ts';
import { printDiff } from '../print/diff.ts';
import type { Session } from '../queue/session.ts';
import type { Selection } from '../reading/selection.ts';
import type { Transform } from '../transform/apply.ts';
import { createSettler, TOUCH_NOTHING } from './acknowledger.ts';
import { createRehearsal } from './dry-run.ts';
import { failOnce } from './fail-once.ts';
import type { Ledger } from './ledger.ts';
import { prepare } from './prepare.ts';
import { replay } from './replay.ts';
import { createSorter } from './sorter.ts';
import { createStoreTarget } from './store-target.ts';
import type { Target } from './target.ts';
import { createTopicRehearsal, createTopicTarget } from './topic-target.ts';

/** What is asked for on the command line. */
export interface ReplayOptions {
  readonly selection: Selection;
  /** Letters, and notes of Lambda, that are taken at most. */
  readonly limit: number;
  /** Records a second; null for as many as it goes. */
  readonly rate: number | null;
  /** Attempts in vain after which a letter is left alone. */
  readonly maxAttempts: number;
  /** Whether only to tell what would happen. */
  readonly dryRun: boolean;
  readonly discardGone: boolean;
  readonly transform: Transform | null;
  /** Whether body, title and user id are masked where a change is shown. */
  readonly redact: boolean;
}

/** How a replay ended. */
export interface Replayed {
  /** Why it stopped early; null where it did not. */
  readonly cause: SinkError | null;
  /** Messages that SQS did not delete. */
  readonly undeleted: number;
  /** Whether SQS had no more to hand out, unless it was stopped early. */
  readonly complete: boolean;
  /** Messages that somebody else has in hand, as SQS counts, approximately; null where it may not be asked. */
  readonly inOtherHands: number | null;
}

const MAX_BATCH = 1000;

/** Builds the parts of a replay, runs it, and takes them down. */
export async function runReplay(
  { mailbox, holder }: Session,
  destination: ReplaySettings,
  options: ReplayOptions,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Replayed> {
  const { selection, limit, rate, maxAttempts, dryRun, discardGone, transform } = options;
  await using cleanup = new AsyncDisposableStack();
  const fetcher = failOnce(createRecordFetcher(destination.kafka));
  cleanup.defer(() => fetcher.close());
  const target = createTarget(destination, dryRun);
  cleanup.defer(() => target.close());
  const sendDeadLetters = dryRun ? null : createSender(destination, cleanup);
  const sorter = createSorter(selection, limit, maxAttempts);
  const settler = dryRun ? TOUCH_NOTHING : createSettler(mailbox, holder, sorter);
  const replaying = replay({
    ...{ holder, sorter, settler, ledger, target, fetcher, sendDeadLetters, discardGone, signal },
    prepare: (reading) => prepare(reading, { fetcher, transform, discardGone }),
    diff: ({ before, after }) => (dryRun ? printDiff(before, after, options).split('\n') : []),
    noNotices: transform
      ? 'a transform is for letters: replay the notes of Lambda without it'
      : null,
    pace: createPace(rate, signal),
    batchSize: Math.min(MAX_BATCH, Math.ceil(rate ?? MAX_BATCH)),
  });
  const cause = await replaying.catch((error) => {
    // What was done until then is told all the same.
    if (error instanceof SinkError) return error;
    throw error;
  });
  // An error that ended the replay matters more than one of the counting.
  const counts = cause ? null : await mailbox.count();
  return {
    cause,
    undeleted: settler.undeleted,
    complete: !holder.isFull,
    inOtherHands: counts && Math.max(0, counts.inOtherHands - holder.size),
  };
}

function createTarget({ kafka, to }: ReplaySettings, dryRun: boolean): Target {
  if (to.kind === 'topic') {
    const publisher = createPublisher(kafka, to.topic);
    return dryRun ? createTopicRehearsal(publisher) : createTopicTarget(publisher);
  }
  const { database, tombstonePolicy } = to.sink;
  return dryRun
    ? createRehearsal(database, tombstonePolicy)
    : createStoreTarget(createStore(to.sink, SILENT), tombstonePolicy);
}

const SILENT = { onRetry: () => {}, onCircuit: () => {} };

/** Sends letters of records that have none yet, as the sink does. */
function createSender(
  { to }: ReplaySettings,
  cleanup: AsyncDisposableStack,
): SendDeadLetters | null {
  if (to.kind === 'topic') return null;
  const client = new SQSClient();
  cleanup.defer(() => client.destroy());
  const { deadLetterQueueUrl, retry } = to.sink;
  return createDeadLetterQueue(
    client,
    deadLetterQueueUrl,
    createRetry(retry, SILENT.onRetry),
    () => new Date(),
  );
}
