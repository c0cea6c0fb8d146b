import type { Delivery } from '../lambda/read-event.ts';
import type { SinkError } from './errors.ts';

/** Why a record is invalid (DESIGN §5). */
export const REJECTION_REASONS = [
  'tombstone',
  'invalid_utf8',
  'invalid_json',
  'invalid_value',
  'rejected_by_postgres',
  'malformed_record',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** A record that can never be stored, and why. It belongs in the dead-letter queue. Nothing here quotes its data. */
export interface Rejected {
  readonly delivery: Delivery;
  readonly reason: RejectionReason;
  readonly message: string;
  readonly details: {
    readonly sqlstate: string | null;
    readonly constraint: string | null;
    readonly issues: readonly Issue[];
  };
}

/** One thing that is wrong with a value. */
export interface Issue {
  /** The field's name; empty for the value as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A record that is to be delivered again. */
export interface Failed {
  readonly delivery: Delivery;
  readonly cause: SinkError;
}

/**
 * The end of each record of a batch. Each is in exactly one of the three lists; records that the tombstone policy
 * ignores are in none.
 */
export interface Fates {
  /** Inserted now, or already there. */
  readonly stored: readonly Delivery[];
  /** SQS accepted the dead letter. */
  readonly deadLettered: readonly Rejected[];
  readonly failed: readonly Failed[];
}
