import { createHash } from 'node:crypto';
import type { RecordFetcher } from '../../kafka/range-reader.ts';
import { SinkError } from '../../record/errors.ts';
import type { SinkRecord } from '../../record/record.ts';
import { type Place, whereIs } from '../reading/locate.ts';
import type { LetterReading } from '../reading/read-message.ts';
import { applyTransform, type Transform } from '../transform/apply.ts';
import type { Ending } from './ledger.ts';
import { describeLost, isForGood } from './missing.ts';

/** What is to be done with a letter. */
export type Prepared =
  | {
      readonly kind: 'deliver';
      readonly record: SinkRecord;
      /** The value before and after, where a transform has mended it. */
      readonly mended: { readonly before: Buffer | null; readonly after: Buffer } | null;
    }
  /** It is deleted, and its record goes nowhere. */
  | { readonly kind: 'delete'; readonly ending: Ending; readonly detail: string }
  | { readonly kind: 'leave'; readonly ending: Ending; readonly detail: string };

export interface PrepareParts {
  readonly fetcher: RecordFetcher;
  readonly transform: Transform | null;
  /** Whether letters are deleted whose record was lost in Kafka for good. */
  readonly discardGone: boolean;
}

/** Finds a letter's record, in the letter or in Kafka, and mends its value where a transform is given. Never throws. */
export async function prepare(
  { letter }: LetterReading,
  { fetcher, transform, discardGone }: PrepareParts,
): Promise<Prepared> {
  const found = whereIs(letter);
  if (found.kind === 'nowhere') return leave(`it cannot be replayed: ${found.why}`);
  const ready =
    found.kind === 'here'
      ? found.record
      : await fetchOne(fetcher, found.place, found.sha256, discardGone);
  if ('kind' in ready) return ready;
  if (!transform) return { kind: 'deliver', record: ready, mended: null };
  return mend(ready, letter, transform);
}

async function fetchOne(
  fetcher: RecordFetcher,
  { topic, partition, offset }: Place,
  sha256: string | null,
  discardGone: boolean,
): Promise<SinkRecord | Prepared> {
  const at = BigInt(offset);
  try {
    for await (const part of fetcher.fetch(topic, partition, at, at)) {
      if (part.kind === 'gone') {
        const lost = { topic, partition, ...part };
        const detail = `Kafka does not have ${describeLost(lost)}`;
        return isForGood(lost) && discardGone
          ? { kind: 'delete', ending: 'discarded', detail }
          : { kind: 'leave', ending: 'gone', detail };
      }
      const bytes = part.record.value ?? Buffer.alloc(0);
      if (sha256 !== null && createHash('sha256').update(bytes).digest('hex') !== sha256)
        return leave('the record that Kafka has at its coordinates is another one, by its hash');
      return part.record;
    }
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return leave(`its record is in Kafka: ${error.message}`);
  }
  return leave('Kafka has no record at its coordinates, but a marker of a transaction');
}

async function mend(
  record: SinkRecord,
  letter: LetterReading['letter'],
  transform: Transform,
): Promise<Prepared> {
  const before = record.value;
  const outcome = await applyTransform(transform, letter, before);
  switch (outcome.kind) {
    case 'failed':
      return leave(`the transform failed: ${outcome.error}`);
    case 'dropped':
      return { kind: 'delete', ending: 'dropped', detail: outcome.reason };
    case 'unchanged':
      return { kind: 'deliver', record, mended: null };
    default:
      return {
        kind: 'deliver',
        record: { ...record, value: outcome.value },
        mended: { before, after: outcome.value },
      };
  }
}

function leave(detail: string): Prepared {
  return { kind: 'leave', ending: 'left', detail };
}
