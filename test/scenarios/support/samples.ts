import type { RejectionReason } from '../../../src/record/fates.ts';
import { notification, uuid } from '../../support/records.ts';

/** A record that is produced, and what must become of it. */
export interface Sample {
  readonly number: number;
  readonly partition: number;
  /** null: a tombstone. */
  readonly value: Buffer | null;
  /** The reason of its dead letter; null where it must become a row. */
  readonly rejected: RejectionReason | null;
}

/** What one sample differs in. */
export interface Variation {
  readonly rejected?: RejectionReason | null;
  readonly partition?: number;
  /** Bytes that an unknown field adds to its value. */
  readonly padding?: number;
}

/** Ties a letter to its sample, whatever the value is. */
export const NUMBER_HEADER = 'sample';

/** One of so many is invalid, rotating through the reasons. What is malformed cannot come out of Kafka. */
const UNFIT_EVERY = 50;
const INVALID = [
  'tombstone',
  'invalid_utf8',
  'invalid_json',
  'invalid_value',
  'rejected_by_postgres',
] as const satisfies readonly RejectionReason[];

/**
 * Makes samples numbered from `first`, spread over three partitions.
 *
 * @param vary what the one with this number differs in
 */
export function makeSamples(
  count: number,
  first = 0,
  vary: (number: number) => Variation = () => ({}),
): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const { rejected = unfitReason(number), partition = number % 3, padding = 0 } = vary(number);
    return { number, partition, rejected, value: encode(number, rejected, padding) };
  });
}

/** The row that a fit sample must become. */
export function rowOf(number: number) {
  return notification({ id: uuid(number), title: `Order ${number} has shipped` });
}

function unfitReason(number: number): RejectionReason | null {
  if (number % UNFIT_EVERY !== UNFIT_EVERY / 2) return null;
  return INVALID[Math.floor(number / UNFIT_EVERY) % INVALID.length] ?? null;
}

function encode(number: number, rejected: RejectionReason | null, padding: number): Buffer | null {
  const filling = padding > 0 ? { padding: 'x'.repeat(padding) } : {};
  const json = (fields: object = {}) =>
    Buffer.from(JSON.stringify({ ...rowOf(number), ...filling, ...fields }));
  switch (rejected) {
    case 'tombstone':
      return null;
    case 'invalid_utf8':
      return Buffer.concat([json(), Buffer.from([0xff])]);
    case 'invalid_json':
      return json().subarray(1);
    case 'invalid_value':
      return json({ user_id: 'nobody' });
    case 'rejected_by_postgres':
      // ISO 8601 allows the offset, PostgreSQL does not.
      return json({ created_at: '2025-10-22T00:00:00+23:59' });
    default:
      return json();
  }
}
