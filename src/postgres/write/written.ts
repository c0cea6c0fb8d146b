import { isSinkError, StoreError } from '../../record/errors.ts';
import type { Failed, PassedOver, Rejected } from '../../record/fates.ts';
import type { SinkRecord } from '../../record/record.ts';

/** What became of records that were to be written; each is in one of the lists. */
export interface Written {
  readonly stored: readonly SinkRecord[];
  /** Of those stored, how many were not there before. */
  readonly inserted: number;
  /** Of those stored, how many PostgreSQL took and does not have: a trigger or rule kept them out, or put them elsewhere. */
  readonly keptOut: number;
  /** Other records than those that have their keys, and those that are older, passed over. */
  readonly conflicts: readonly PassedOver[];
  /** PostgreSQL refuses them, for what is in them; or they are conflicts that the definition has dead-lettered. */
  readonly rejected: readonly Rejected[];
  readonly failed: readonly Failed[];
}

export const NOTHING: Written = {
  stored: [],
  inserted: 0,
  keptOut: 0,
  conflicts: [],
  rejected: [],
  failed: [],
};

/** An error of no known class is a mistake in the code. It must not escape: the other records have their fates. */
export function failed(records: readonly SinkRecord[], error: unknown): readonly Failed[] {
  const cause = isSinkError(error)
    ? error
    : new StoreError('deployment', 'The sink itself failed while it stored.', null, null);
  return records.map((record) => ({ record, cause }));
}

/** One list of each kind. */
export function merge(all: readonly Written[]): Written {
  return {
    stored: all.flatMap(({ stored }) => stored),
    inserted: all.reduce((sum, { inserted }) => sum + inserted, 0),
    keptOut: all.reduce((sum, { keptOut }) => sum + keptOut, 0),
    conflicts: all.flatMap(({ conflicts }) => conflicts),
    rejected: all.flatMap(({ rejected }) => rejected),
    failed: all.flatMap((one) => one.failed),
  };
}
