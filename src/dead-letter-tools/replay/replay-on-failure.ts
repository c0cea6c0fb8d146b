import type { SendDeadLetters } from '../../dead-letter/queue.ts';
import type { RangeReader } from '../../kafka/range-reader.ts';
import { coordinates } from '../../record/coordinates.ts';
import { isSinkError, type SinkError } from '../../record/errors.ts';
import type { Rejected } from '../../record/fates.ts';
import { memoryOf, type SinkRecord } from '../../record/record.ts';
import { startDeadline } from '../../timing/deadline.ts';
import type { OnFailure } from '../reading/on-failure.ts';
import type { OnFailureReading } from '../reading/read-message.ts';
import type { Acknowledger } from './acknowledger.ts';
import type { Ledger } from './ledger.ts';
import { describeMissing, isForGood, type Missing } from './missing.ts';
import type { Target } from './target.ts';

export interface OnFailureParts {
  readonly fetcher: RangeReader;
  readonly target: Target;
  /** Sends dead letters of rejected records, which have none yet; null to send none. */
  readonly sendDeadLetters: SendDeadLetters | null;
  readonly acknowledger: Acknowledger;
  readonly ledger: Ledger;
  /** Whether to delete an on-failure message although Kafka has lost records of it for good. */
  readonly discardMissing: boolean;
  /** Waits after so many records, to keep to the rate. */
  readonly pace: (records: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Records, and their bytes, in memory at a time. */
const MAX_RECORDS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;
/** For sending the dead letters of one batch. */
const SEND_MS = 120_000;

/**
 * Replays the records of a batch that Lambda gave up, from Kafka. The on-failure message is deleted only when each record
 * is stored, published or dead-lettered. When it stays, the next run repeats all of this: no row is stored twice, but
 * invalid records are dead-lettered once more, with the same id.
 *
 * @returns why the replay must stop; null when it can go on
 */
export async function replayOnFailure(
  { onFailure, message }: OnFailureReading,
  parts: OnFailureParts,
): Promise<SinkError | null> {
  const { acknowledger, ledger, discardMissing, pace, signal } = parts;
  const subject = { id: message.id, messageId: message.id };
  const missing: Missing[] = [];
  let unfinished = 0;
  try {
    for await (const batch of batchesOf(onFailure, parts, missing)) {
      const delivered = await deliverRecords(batch, message.id, onFailure.source, parts);
      if (delivered.cause) return delivered.cause;
      unfinished += delivered.unfinished;
      await pace(batch.length);
      if (signal.aborted) return null;
    }
  } catch (error) {
    if (signal.aborted) return null;
    if (!isSinkError(error)) throw error;
    ledger.add(subject, 'left', `its records cannot be fetched from Kafka: ${error.message}`);
    return null;
  }
  const detail = `Kafka does not have ${missing.map(describeMissing).join(', ')}`;
  const discarded = missing.length > 0 && discardMissing && missing.every(isForGood);
  if (missing.length > 0) ledger.add(subject, discarded ? 'discarded' : 'missing', detail);
  else if (unfinished === 0) ledger.add(subject, 'completed');
  if (unfinished === 0 && (missing.length === 0 || discarded))
    await acknowledger.acknowledge([message]);
  return null;
}

/** Fetches the records of an on-failure message in batches. Adds the offsets that Kafka does not have to `missing`. */
async function* batchesOf(
  { ranges }: OnFailure,
  { fetcher, signal }: Pick<OnFailureParts, 'fetcher' | 'signal'>,
  missing: Missing[],
): AsyncGenerator<SinkRecord[]> {
  let batch: SinkRecord[] = [];
  let bytes = 0;
  for (const { topic, partition, first, last } of ranges)
    for await (const part of fetcher.read(topic, partition, first, last, signal)) {
      if (part.kind === 'gone') {
        // No reader ever saw a record of an aborted transaction.
        if (part.why !== 'aborted') missing.push({ topic, partition, ...part });
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
async function deliverRecords(
  batch: readonly SinkRecord[],
  messageId: string,
  source: string | null,
  { target, sendDeadLetters, ledger }: OnFailureParts,
): Promise<{ cause: SinkError | null; unfinished: number }> {
  const { done, repeats, refused, left, failed } = await target.deliver(batch);
  for (const { record, ending, detail } of done)
    ledger.add(subjectOf(record, messageId), ending, detail);
  for (const { record, why } of left) ledger.add(subjectOf(record, messageId), 'left', why);
  ledger.countRepeats(repeats);
  const rejected = refused.flatMap((one) => (one.rejected ? [one.rejected] : []));
  const unsent = sendDeadLetters ? await send(rejected, source, sendDeadLetters) : null;
  if (unsent) return { cause: unsent, unfinished: rejected.length };
  let unfinished = left.length;
  for (const { record, message, rejected, conflict } of refused) {
    const ending = rejected ? 'dead-lettered' : conflict ? 'passed-over' : 'left';
    const detail = rejected ? `${rejected.reason}: ${message}` : message;
    ledger.add(subjectOf(record, messageId), ending, detail);
    if (ending === 'left') unfinished += 1;
  }
  return { cause: failed[0]?.cause ?? null, unfinished };
}

async function send(
  rejected: readonly Rejected[],
  source: string | null,
  sendDeadLetters: SendDeadLetters,
): Promise<SinkError | null> {
  const deadline = startDeadline(SEND_MS);
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
