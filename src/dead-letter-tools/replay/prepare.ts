import { createHash } from 'node:crypto';
import type { RangeReader } from '../../kafka/range-reader.ts';
import { isSinkError } from '../../record/errors.ts';
import type { SinkRecord } from '../../record/record.ts';
import { type Coordinates, locateRecord } from '../reading/locate-record.ts';
import type { DeadLetterReading } from '../reading/read-message.ts';
import { applyTransform } from '../transform/apply.ts';
import type { Transform } from '../transform/transform.ts';
import type { Ending } from './ledger.ts';
import { describeMissing, isForGood } from './missing.ts';

/** What a transform changed. */
export interface Changed {
  /** As it was. */
  readonly record: SinkRecord;
  /** The value as it is now. */
  readonly after: Buffer;
}

/** What is to be done with a dead letter. */
export type Prepared =
  | {
      readonly kind: 'deliver';
      readonly record: SinkRecord;
      readonly changed: Changed | null;
    }
  /** The dead letter is deleted, and its record is not delivered. */
  | { readonly kind: 'delete'; readonly ending: Ending; readonly detail: string }
  | { readonly kind: 'leave'; readonly ending: Ending; readonly detail: string };

export interface PrepareParts {
  readonly fetcher: RangeReader;
  readonly transform: Transform | null;
  /** Whether to delete dead letters whose record Kafka has lost for good. */
  readonly discardMissing: boolean;
}

/** Finds the record of a dead letter, there or in Kafka, and applies the transform if one is given. Never throws. */
export async function prepare(
  { deadLetter }: DeadLetterReading,
  { fetcher, transform, discardMissing }: PrepareParts,
): Promise<Prepared> {
  const found = locateRecord(deadLetter);
  if (found.kind === 'nowhere') return leave(`it cannot be replayed: ${found.why}`);
  const ready =
    found.kind === 'in-dead-letter'
      ? found.record
      : await fetchOne(fetcher, found.coordinates, found.sha256, discardMissing);
  if ('kind' in ready) return ready;
  if (!transform) return { kind: 'deliver', record: ready, changed: null };
  return transformValue(ready, deadLetter, transform);
}

async function fetchOne(
  fetcher: RangeReader,
  { topic, partition, offset }: Coordinates,
  sha256: string | null,
  discardMissing: boolean,
): Promise<SinkRecord | Prepared> {
  const at = BigInt(offset);
  try {
    for await (const part of fetcher.read(topic, partition, at, at)) {
      if (part.kind === 'gone') {
        const missing = { topic, partition, ...part };
        const detail = `Kafka does not have ${describeMissing(missing)}`;
        return isForGood(missing) && discardMissing
          ? { kind: 'delete', ending: 'discarded', detail }
          : { kind: 'leave', ending: 'missing', detail };
      }
      const bytes = part.record.value ?? Buffer.alloc(0);
      if (sha256 !== null && createHash('sha256').update(bytes).digest('hex') !== sha256)
        return leave('Kafka has another record at its coordinates: the hash of the value differs');
      return part.record;
    }
  } catch (error) {
    if (!isSinkError(error)) throw error;
    return leave(`its record cannot be fetched from Kafka: ${error.message}`);
  }
  return leave('Kafka has a transaction marker at its coordinates, not a record');
}

async function transformValue(
  record: SinkRecord,
  deadLetter: DeadLetterReading['deadLetter'],
  transform: Transform,
): Promise<Prepared> {
  const outcome = await applyTransform(transform, deadLetter, record.value);
  switch (outcome.kind) {
    case 'failed':
      return leave(`the transform failed: ${outcome.error}`);
    case 'dropped':
      return { kind: 'delete', ending: 'dropped', detail: outcome.reason };
    case 'unchanged':
      return { kind: 'deliver', record, changed: null };
    default:
      return {
        kind: 'deliver',
        record: { ...record, value: outcome.value },
        changed: { record, after: outcome.value },
      };
  }
}

function leave(detail: string): Prepared {
  return { kind: 'leave', ending: 'left', detail };
}
