import type { RecordsBatch } from '@platformatic/kafka';
import type { KafkaRecord } from '../kafka/event.ts';
import type { Batches } from './kafka-log.ts';
import { toLambdaRecord } from './kafka-record.ts';

/** Of a batch's attributes. https://kafka.apache.org/documentation/#recordbatch */
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
/** Behind the version, in the key of a marker. https://kafka.apache.org/documentation/#controlbatch */
const MARKER_TYPE_AT = 2;
const ABORT = 0;

type Part =
  | { readonly kind: 'record'; readonly record: KafkaRecord }
  | {
      readonly kind: 'gap';
      readonly first: bigint;
      readonly last: bigint;
      readonly why: 'compacted' | 'aborted';
    };

/**
 * Takes the batches of a fetch apart. A fetch brings whole batches, so what lies before `from` and behind `last` is left out.
 *
 * The client takes out aborted records itself, but not all: it knows one aborted transaction of a producer at a time, and
 * only where the marker came with the same fetch. So they are looked for here again.
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
    if ((batch.attributes & CONTROL) === 0)
      for (const record of batch.records) {
        const offset = batch.firstOffset + BigInt(record.offsetDelta);
        if (offset < next) continue;
        yield* gap(offset - 1n, 'compacted');
        if (offset > last) return;
        if (isAborted) yield* gap(offset, 'aborted');
        else yield { kind: 'record', record: toLambdaRecord(topic, partition, batch, record) };
        next = offset + 1n;
      }
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    if ((batch.attributes & CONTROL) !== 0 && next <= end) next = end + 1n;
    yield* gap(end, isAborted ? 'aborted' : 'compacted');
  }
}

/** Follows which producers are in a transaction that was aborted, as the broker lists them for the fetch. */
function createTransactions(aborted: Batches['aborted']) {
  const ahead = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const inside = new Set<bigint>();
  function begin(upTo: bigint): void {
    for (let [one] = ahead; one && one.firstOffset <= upTo; [one] = ahead) {
      inside.add(one.producerId);
      ahead.shift();
    }
  }
  return {
    /** Whether the client may have taken out aborted batches before this one. */
    before(batch: RecordsBatch): boolean {
      begin(batch.firstOffset - 1n);
      return inside.size > 0;
    },
    isAborted({ firstOffset, lastOffsetDelta, producerId, attributes, records }: RecordsBatch) {
      begin(firstOffset + BigInt(lastOffsetDelta));
      if ((attributes & CONTROL) === 0)
        return (attributes & TRANSACTIONAL) !== 0 && inside.has(producerId);
      if (records[0]?.key?.readInt16BE(MARKER_TYPE_AT) === ABORT) inside.delete(producerId);
      return false;
    },
  };
}
