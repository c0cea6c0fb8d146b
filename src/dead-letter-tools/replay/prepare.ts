import { createHash } from 'node:crypto';
import type { RecordFetcher } from '../../kafka/range-reader.ts';
import { checkRecord, type SoundDelivery } from '../../lambda/read-event.ts';
import { decodeBase64 } from '../../record/base64.ts';
import { SinkError } from '../../record/errors.ts';
import { type Coordinates, locate } from '../reading/locate.ts';
import type { DeadLetterReading } from '../reading/read-message.ts';
import { applyTransform } from '../transform/apply.ts';
import type { Transform } from '../transform/transform.ts';
import type { Ending } from './ledger.ts';
import { describeMissing, isForGood } from './missing.ts';

/** What is to be done with a dead letter. */
export type Prepared =
  | {
      readonly kind: 'deliver';
      readonly delivery: SoundDelivery;
      /** The value before and after a transform changed it. */
      readonly changed: { readonly before: Buffer | null; readonly after: Buffer } | null;
    }
  /** The dead letter is deleted, and its record is not delivered. */
  | { readonly kind: 'delete'; readonly ending: Ending; readonly detail: string }
  | { readonly kind: 'leave'; readonly ending: Ending; readonly detail: string };

export interface PrepareParts {
  readonly fetcher: RecordFetcher;
  readonly transform: Transform | null;
  /** Whether to delete dead letters whose record Kafka has lost for good. */
  readonly discardMissing: boolean;
}

/** Finds the record of a dead letter, there or in Kafka, and applies the transform if one is given. Never throws. */
export async function prepare(
  { deadLetter }: DeadLetterReading,
  { fetcher, transform, discardMissing }: PrepareParts,
): Promise<Prepared> {
  const found = locate(deadLetter);
  if (found.kind === 'nowhere') return leave(`it cannot be replayed: ${found.why}`);
  const ready =
    found.kind === 'in-dead-letter'
      ? found.delivery
      : await fetchOne(fetcher, found.coordinates, found.sha256, discardMissing);
  if ('kind' in ready) return ready;
  if (!transform) return { kind: 'deliver', delivery: ready, changed: null };
  return transformValue(ready, deadLetter, transform);
}

async function fetchOne(
  fetcher: RecordFetcher,
  { topic, partition, offset }: Coordinates,
  sha256: string | null,
  discardMissing: boolean,
): Promise<SoundDelivery | Prepared> {
  const at = BigInt(offset);
  try {
    for await (const part of fetcher.fetch(topic, partition, at, at)) {
      if (part.kind === 'gone') {
        const missing = { topic, partition, ...part };
        const detail = `Kafka does not have ${describeMissing(missing)}`;
        return isForGood(missing) && discardMissing
          ? { kind: 'delete', ending: 'discarded', detail }
          : { kind: 'leave', ending: 'missing', detail };
      }
      const delivery = checkRecord(`${topic}-${partition}`, part.record);
      if (delivery.fault !== null) return leave(`it cannot be replayed: ${delivery.fault}`);
      const bytes = bytesOf(delivery) ?? Buffer.alloc(0);
      if (sha256 !== null && createHash('sha256').update(bytes).digest('hex') !== sha256)
        return leave('Kafka has another record at its coordinates: the hash of the value differs');
      return delivery;
    }
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return leave(`its record cannot be fetched from Kafka: ${error.message}`);
  }
  return leave('Kafka has a transaction marker at its coordinates, not a record');
}

async function transformValue(
  delivery: SoundDelivery,
  deadLetter: DeadLetterReading['deadLetter'],
  transform: Transform,
): Promise<Prepared> {
  const before = bytesOf(delivery);
  const outcome = await applyTransform(transform, deadLetter, before);
  switch (outcome.kind) {
    case 'failed':
      return leave(`the transform failed: ${outcome.error}`);
    case 'dropped':
      return { kind: 'delete', ending: 'dropped', detail: outcome.reason };
    case 'unchanged':
      return { kind: 'deliver', delivery, changed: null };
    default: {
      const record = { ...delivery.record, value: outcome.value.toString('base64') };
      return {
        kind: 'deliver',
        delivery: { ...delivery, record },
        changed: { before, after: outcome.value },
      };
    }
  }
}

function bytesOf({ record: { value } }: SoundDelivery): Buffer | null {
  return value === null || value === undefined ? null : (decodeBase64(value) ?? Buffer.from(value));
}

function leave(detail: string): Prepared {
  return { kind: 'leave', ending: 'left', detail };
}
