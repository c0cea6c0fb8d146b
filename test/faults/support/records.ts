import type { EventRecord } from '../../../src/lambda/event.ts';
import { REJECTION_REASONS, type RejectionReason } from '../../../src/record/fates.ts';

/** Records of a scenario at least. */
export const COUNT = 20_000;

const PARTITIONS = 3;
/** One of so many is invalid: 2 %. */
const UNFIT_EVERY = 50;
/** In three quarters of so many records invalid ones are found by decoding, in the last by PostgreSQL. */
const STRETCH = 2000;
const DECODED = REJECTION_REASONS.filter((reason) => reason !== 'rejected_by_postgres');

/** What a fit record must become. */
export interface ExpectedRow {
  readonly id: string;
  readonly user_id: string;
  readonly event_type: string;
  readonly title: string;
  readonly body: string;
  readonly created_at: string;
}

/** A record and what must become of it: a row, or a dead letter with a reason. */
export interface Sample {
  /** `<topic>-<partition>-<offset>`; the dead letter's id, too. */
  readonly source: string;
  readonly record: EventRecord;
  readonly row: ExpectedRow | null;
  readonly rejected: RejectionReason | null;
}

/** What one sample differs in. */
interface Variation {
  readonly rejected?: RejectionReason | null;
  /** The value is sound, and yet PostgreSQL will refuse it. */
  readonly refused?: boolean;
  /** Replaces fields of the notification, or adds others. */
  readonly fields?: Readonly<Record<string, unknown>>;
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
 * Why the n-th is invalid, or null: each 50th, for all reasons. What only PostgreSQL can refuse comes in stretches of its
 * own, for such a record keeps its batch from being copied: so most batches are copied, and the others inserted.
 */
export function unfitReason(n: number): RejectionReason | null {
  if (n % UNFIT_EVERY !== UNFIT_EVERY / 2) return null;
  if (n % STRETCH >= (3 / 4) * STRETCH) return 'rejected_by_postgres';
  return DECODED[Math.floor(n / UNFIT_EVERY) % DECODED.length] ?? null;
}

function makeSample(n: number, variation: Variation = {}): Sample {
  const {
    refused = false,
    rejected = refused ? 'rejected_by_postgres' : unfitReason(n),
    fields = {},
    partition = n % PARTITIONS,
    offset = Math.floor(n / PARTITIONS),
  } = variation;
  const row: ExpectedRow = {
    // Spread like random ones, so that the order of the ids is not that of the records.
    id: `${((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
    user_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    event_type: 'order.shipped',
    title: `Order ${n} has shipped`,
    body: `Order ${n} left the warehouse. ✅`,
    created_at: '2025-10-22T00:00:00.000Z',
    ...fields,
  };
  return {
    source: `notifications-${partition}@${offset}`,
    rejected,
    row: rejected ? null : row,
    record: {
      topic: 'notifications',
      partition,
      offset,
      timestamp: 1_761_091_200_000,
      timestampType: 'CREATE_TIME',
      key: Buffer.from(String(n % 100)).toString('base64'),
      value: encode(row, refused ? null : rejected),
      headers: [{ trace: [n % 128, -1] }],
    },
  };
}

function encode(notification: ExpectedRow, rejected: RejectionReason | null): string | null {
  const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes as string).toString('base64');
  const json = (fields: Partial<ExpectedRow> = {}) =>
    base64(JSON.stringify({ ...notification, ...fields }));
  switch (rejected) {
    case null:
      return json();
    case 'tombstone':
      return null;
    case 'malformed_record':
      return '***';
    case 'invalid_utf8':
      return base64(Uint8Array.of(0x7b, 0xff, 0x7d));
    case 'invalid_json':
      return base64('{"user_id": ');
    case 'invalid_value':
      return json({ user_id: 'nobody' });
    case 'rejected_by_postgres':
      // ISO 8601 allows it; PostgreSQL takes offsets up to 15:59 only.
      return json({ created_at: '2025-10-22T00:00:00+23:59' });
  }
}
