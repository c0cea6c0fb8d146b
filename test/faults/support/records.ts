import type { Coordinates } from '../../../local/reconcile.ts';
import { PARTITIONS } from '../../../local/samples.ts';
import type { EventRecord } from '../../../src/lambda/event.ts';
import { REJECTION_REASONS, type RejectionReason } from '../../../src/record/fates.ts';
import * as notifications from '../../support/samples.ts';

/** Records of a scenario at least. */
export const COUNT = 20_000;

/** One of so many is invalid: 2 %. */
const INVALID_EVERY = 50;
/** In three quarters of so many records invalid ones are found by decoding, in the last by PostgreSQL. */
const STRETCH = 2000;
/** What the definition does not dead-letter is not among them. */
const DECODED = REJECTION_REASONS.filter(
  (reason) => reason !== 'rejected_by_postgres' && reason !== 'key_conflict',
);

/** A sample, where it lies in Kafka, and its record as the event source mapping delivers it. */
export type Sample = notifications.Sample & Coordinates & { readonly record: EventRecord };

/** What one sample differs in. */
export interface Variation extends notifications.Variation {
  readonly partition?: number;
  readonly offset?: number;
}

/**
 * Makes samples in the order in which they were produced; the same number gives the same sample.
 *
 * @param vary what the n-th differs in
 */
export function makeSamples(
  count: number = COUNT,
  vary: (n: number) => Variation = () => ({}),
): Sample[] {
  return Array.from({ length: count }, (_, n) => makeSample(n, vary(n)));
}

/**
 * Why the n-th is invalid, or null: each 50th, for all reasons. What only PostgreSQL can reject comes in stretches of its
 * own, for such a record keeps its batch from being copied: so most batches are copied, and the others inserted.
 */
export function rejectionOf(n: number): RejectionReason | null {
  if (n % INVALID_EVERY !== INVALID_EVERY / 2) return null;
  if (n % STRETCH >= (3 / 4) * STRETCH) return 'rejected_by_postgres';
  return DECODED[Math.floor(n / INVALID_EVERY) % DECODED.length] ?? null;
}

function makeSample(n: number, variation: Variation): Sample {
  const {
    rejected = rejectionOf(n),
    fields = {},
    partition = n % PARTITIONS,
    offset = Math.floor(n / PARTITIONS),
    ...rest
  } = variation;
  const sample = notifications.makeSample(n, 0, {
    ...rest,
    rejected,
    fields: { id: idOf(n), ...fields },
  });
  const coordinates = { topic: 'notifications', partition, offset };
  return { ...sample, ...coordinates, record: toRecord(sample, coordinates) };
}

/** Spread like random ones, so that the order of the ids is not that of the records. */
function idOf(n: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${hex((n * 2_654_435_761) % 2 ** 32, 8)}-0000-4000-8000-${hex(n, 12)}`;
}

function toRecord(
  { index, key, value, rejected }: notifications.Sample,
  coordinates: Coordinates,
): EventRecord {
  return {
    ...coordinates,
    timestamp: 1_761_091_200_000,
    timestampType: 'CREATE_TIME',
    key: key.toString('base64'),
    value: rejected === 'malformed_record' ? '***' : (value?.toString('base64') ?? null),
    headers: [{ trace: [index % 128, -1] }],
  };
}
