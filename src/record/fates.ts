import type { SinkError } from './errors.ts';
import type { IncomingRecord, SinkRecord } from './record.ts';

/** Why a record is rejected. */
export const REJECTION_REASONS = [
  'tombstone',
  'invalid_utf8',
  'invalid_json',
  'invalid_value',
  'rejected_by_postgres',
  'key_conflict',
  'malformed_record',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** What is said of a conflict. */
export const CONFLICT_MESSAGE = 'another record with its key is in the table';

/** What is said of a record that is older than the state of its key. */
export const STALE_MESSAGE = 'the table has a newer state of its key';

/** A record that can never be stored, and why. It belongs in the dead-letter queue. Nothing here quotes its data. */
export interface Rejected {
  readonly record: IncomingRecord;
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

/**
 * A record that nothing has to be done for, by a rule that the user has set. A conflict is another record than the one that
 * has its key in the table; a stale one is older than the state of its key there.
 */
export interface PassedOver {
  readonly record: SinkRecord;
  readonly rule: 'tombstone' | 'where' | 'conflict' | 'stale';
}

/** A record that must be delivered again. */
export interface Failed {
  readonly record: IncomingRecord;
  readonly cause: SinkError;
}

/** What became of each record of a batch: it is in exactly one of the lists. The lists are in no particular order. */
export interface Fates {
  /** Inserted now, or already there. */
  readonly stored: readonly SinkRecord[];
  readonly passedOver: readonly PassedOver[];
  /** The dead-letter queue accepted them. */
  readonly deadLettered: readonly Rejected[];
  readonly failed: readonly Failed[];
}

/** Rejects a record for what was found without PostgreSQL. */
export function reject(
  record: IncomingRecord,
  reason: RejectionReason,
  message: string,
  issues: readonly Issue[] = [],
): Rejected {
  return { record, reason, message, details: { sqlstate: null, constraint: null, issues } };
}

/** The records whose key another record has in the table, passed over or dead-lettered as their definition says. */
export function keyConflicts({
  passedOver,
  deadLettered,
}: Pick<Fates, 'passedOver' | 'deadLettered'>): readonly { readonly record: IncomingRecord }[] {
  return [
    ...passedOver.filter(({ rule }) => rule === 'conflict'),
    ...deadLettered.filter(({ reason }) => reason === 'key_conflict'),
  ];
}

/** How many records are older than the states of their keys. */
export function countStale({ passedOver }: Pick<Fates, 'passedOver'>): number {
  return passedOver.filter(({ rule }) => rule === 'stale').length;
}
