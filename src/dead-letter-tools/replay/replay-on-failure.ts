import type { SendDeadLetters } from '../../dead-letter/queue.ts';
import type { RecordFetcher } from '../../kafka/range-reader.ts';
import { coordinates } from '../../record/coordinates.ts';
import { SinkError } from '../../record/errors.ts';
import type { Rejected } from '../../record/fates.ts';
import { memoryOf, type SinkRecord } from '../../record/record.ts';
import { startDeadline } from '../../timing/deadline.ts';
import type { OnFailure } from '../reading/on-failure.ts';
import type { Settler } from './acknowledger.ts';
import type { Ledger } from './ledger.ts';
import { describeLost, isForGood, type Lost } from './missing.ts';
import type { NoticeReading } from './sorter.ts';
import type { Target } from './target.ts';

export interface NoticeParts {
  readonly fetcher: RecordFetcher;
  readonly target: Target;
  /** For records that are refused, which have no letter yet; null where none is to be sent. */
  readonly sendDeadLetters: SendDeadLetters | null;
  readonly settler: Settler;
  readonly ledger: Ledger;
  /** Whether a note is deleted though records of it were lost in Kafka for good. */
  readonly discardGone: boolean;
  /** Waits as the rate asks, behind so many records. */
  readonly pace: (records: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Records, and bytes, that are in memory at a time. */
const MAX_RECORDS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;
/** For the letters of one batch. */
const LETTERS_MS = 120_000;

/**
 * Replays the records of a batch that Lambda gave up, from Kafka. The note is deleted only when each of them is settled:
 * stored, published, or dead-lettered. Where it stays, another run does the same again: nothing is stored twice, but
 * records that are invalid are dead-lettered once more, with the same id.
 *
 * @returns why the replay must stop; null where it can go on
 */
export async function replayNotice(
  { notice, message }: NoticeReading,
  parts: NoticeParts,
): Promise<SinkError | null> {
  const { settler, ledger, discardGone, pace, signal } = parts;
  const subject = { id: message.id, messageId: message.id };
  const lost: Lost[] = [];
  let unsettled = 0;
  try {
    for await (const batch of batchesOf(notice, parts, lost)) {
      const { cause, left } = await settleRecords(batch, message.id, notice.source, parts);
      if (cause) return cause;
      unsettled += left;
      await pace(batch.length);
      if (signal.aborted) return null;
    }
  } catch (error) {
    if (signal.aborted) return null;
    if (!(error instanceof SinkError)) throw error;
    ledger.add(subject, 'left', `its records are in Kafka: ${error.message}`);
    return null;
  }
  const detail = `Kafka does not have ${lost.map(describeLost).join(', ')}`;
  const discarded = lost.length > 0 && discardGone && lost.every(isForGood);
  if (lost.length > 0) ledger.add(subject, discarded ? 'discarded' : 'gone', detail);
  else if (unsettled === 0) ledger.add(subject, 'read');
  if (unsettled === 0 && (lost.length === 0 || discarded)) await settler.remove([message]);
  return null;
}

/** Fetches the records of a note in batches; offsets that Kafka does not have are added to `lost`. */
async function* batchesOf(
  { ranges }: OnFailure,
  { fetcher, signal }: Pick<NoticeParts, 'fetcher' | 'signal'>,
  lost: Lost[],
): AsyncGenerator<SinkRecord[]> {
  let batch: SinkRecord[] = [];
  let bytes = 0;
  for (const { topic, partition, first, last } of ranges)
    for await (const part of fetcher.fetch(topic, partition, first, last, signal)) {
      if (part.kind === 'gone') {
        // What its producer took back was never there for a reader.
        if (part.why !== 'aborted') lost.push({ topic, partition, ...part });
        continue;
      }
      batch.push(part.record);
      bytes += memoryOf(part.record);
      if (batch.length < MAX_RECORDS && bytes < MAX_BYTES) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
  if (batch.length > 0) yield batch;
}

/**
 * Delivers records, and dead-letters those that are invalid.
 *
 * @returns why the replay must stop, and how many records are neither delivered nor dead-lettered
 */
async function settleRecords(
  batch: readonly SinkRecord[],
  messageId: string,
  source: string | null,
  { target, sendDeadLetters, ledger }: NoticeParts,
): Promise<{ cause: SinkError | null; left: number }> {
  const { done, repeats, refused, failed } = await target.deliver(batch);
  for (const { record, ending } of done) ledger.add(subjectOf(record, messageId), ending);
  ledger.countRepeats(repeats);
  const rejected = refused.flatMap((one) => (one.rejected ? [one.rejected] : []));
  const unsent = sendDeadLetters ? await send(rejected, source, sendDeadLetters) : null;
  if (unsent) return { cause: unsent, left: rejected.length };
  for (const { record, message, rejected } of refused) {
    const detail = rejected ? `${rejected.reason}: ${message}` : message;
    ledger.add(subjectOf(record, messageId), rejected ? 'dead-lettered' : 'left', detail);
  }
  return { cause: failed[0]?.cause ?? null, left: refused.length - rejected.length };
}

async function send(
  rejected: readonly Rejected[],
  source: string | null,
  sendDeadLetters: SendDeadLetters,
): Promise<SinkError | null> {
  const deadline = startDeadline(LETTERS_MS);
  try {
    const { failed } = await sendDeadLetters(rejected, source, deadline);
    return failed[0]?.cause ?? null;
  } finally {
    deadline.clear();
  }
}

function subjectOf(record: SinkRecord, messageId: string) {
  return { id: coordinates(record), messageId };
}
