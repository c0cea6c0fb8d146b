import type { SinkRecord } from '../record/record.ts';
import type { Batches } from './log.ts';
import { toRecord } from './to-record.ts';
import { createTransactions, isMarker } from './transactions.ts';

type Part =
  | { readonly kind: 'record'; readonly record: SinkRecord }
  | {
      readonly kind: 'gap';
      readonly first: bigint;
      readonly last: bigint;
      readonly why: 'compacted' | 'aborted';
    };

/**
 * Takes the batches of a fetch apart. A fetch brings whole batches, so what lies before `from` and behind `last` is left out.
 */
export function* sift(
  topic: string,
  partition: number,
  { batches, aborted }: Pick<Batches, 'batches' | 'aborted'>,
  from: bigint,
  last: bigint,
): Generator<Part> {
  const transactions = createTransactions(aborted);
  let next = from;
  function* gap(until: bigint, why: 'compacted' | 'aborted'): Generator<Part> {
    const end = until < last ? until : last;
    if (next <= end) yield { kind: 'gap', first: next, last: end, why };
    if (next <= until) next = until + 1n;
  }
  for (const batch of batches) {
    yield* gap(batch.firstOffset - 1n, transactions.before(batch) ? 'aborted' : 'compacted');
    const isAborted = transactions.isAborted(batch);
    if (!isMarker(batch))
      for (const record of batch.records) {
        const offset = batch.firstOffset + BigInt(record.offsetDelta);
        if (offset < next) continue;
        yield* gap(offset - 1n, 'compacted');
        if (offset > last) return;
        if (isAborted) yield* gap(offset, 'aborted');
        else yield { kind: 'record', record: toRecord(topic, partition, batch, record) };
        next = offset + 1n;
      }
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    if (isMarker(batch) && next <= end) next = end + 1n;
    yield* gap(end, isAborted ? 'aborted' : 'compacted');
  }
}
