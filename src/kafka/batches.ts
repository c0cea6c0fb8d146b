import type { SinkRecord } from '../record/record.ts';
import type { Fetched } from './fetch-client.ts';
import type { Gone } from './gaps.ts';
import { toRecord } from './to-record.ts';
import { createTransactions, isMarker } from './transactions.ts';

/** @returns the committed records of a fetch, in order, from the offset `from` on */
export function recordsOf(
  { topic, partition, batches, aborted }: Fetched,
  from: bigint,
): SinkRecord[] {
  const transactions = createTransactions(aborted);
  const records: SinkRecord[] = [];
  for (const batch of batches) {
    if (transactions.isAborted(batch) || isMarker(batch)) continue;
    const skip = Number(from - batch.firstOffset);
    for (const record of batch.records)
      if (record.offsetDelta >= skip) records.push(toRecord(topic, partition, batch, record));
  }
  return records;
}

/** One record of a range, or offsets of it that hold none. */
export type RecordOrGap = { readonly kind: 'record'; readonly record: SinkRecord } | Gone;

/**
 * The committed records of a fetch from the offset `from` to `last`, both included, and the gaps between them and before
 * the end of the last batch. It skips the markers that end transactions: they never held a record.
 */
export function* recordsAndGaps(
  { topic, partition, batches, aborted }: Fetched,
  from: bigint,
  last: bigint,
): Generator<RecordOrGap> {
  const transactions = createTransactions(aborted);
  let next = from;
  function* gap(until: bigint, why: 'compacted' | 'aborted'): Generator<Gone> {
    const end = until < last ? until : last;
    if (next <= end) yield { kind: 'gone', first: next, last: end, why };
    if (next <= until) next = until + 1n;
  }
  for (const batch of batches) {
    yield* gap(batch.firstOffset - 1n, transactions.before(batch) ? 'aborted' : 'compacted');
    const isAborted = transactions.isAborted(batch);
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    if (isMarker(batch)) {
      if (next <= end) next = end + 1n;
      continue;
    }
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset < next) continue;
      yield* gap(offset - 1n, 'compacted');
      if (offset > last) return;
      if (isAborted) yield* gap(offset, 'aborted');
      else yield { kind: 'record', record: toRecord(topic, partition, batch, record) };
      next = offset + 1n;
    }
    yield* gap(end, isAborted ? 'aborted' : 'compacted');
  }
}
