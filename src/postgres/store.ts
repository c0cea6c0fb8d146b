import { SinkError, StoreError } from '../errors.ts';
import type { Failed, Unfit } from '../fate.ts';
import type { Delivery } from '../kafka/read-event.ts';
import type { Row } from '../notification.ts';
import type { Deadline } from '../sink/deadline.ts';
import type { Fit } from '../sink/decode.ts';

/** Stores rows, all or none, and tells how many were new. */
export type Insert = (rows: readonly Row[], deadline: Deadline) => Promise<number>;

export interface Stored {
  readonly stored: readonly Delivery[];
  /** Of those stored, how many were not there before. */
  readonly inserted: number;
  /** Refused by PostgreSQL. */
  readonly refused: readonly Unfit[];
  readonly failed: readonly Failed[];
}

/**
 * Stores a batch and finds the records that PostgreSQL refuses.
 *
 * The whole batch is tried first. As long as a chunk is refused for the fault of a record in it, its first half is
 * tried; a chunk that was stored doubles the next one; a single record that is refused is an offender. After it, the
 * next chunk is as long as the way to it was, the best guess of how far the next offender lies. That takes O(k log n)
 * statements for k offenders in n records, and few rows are sent more often than a bisection's log n times.
 *
 * Any other error ends the work: what is left has failed, and is delivered again.
 */
export async function store(
  batch: readonly Fit[],
  insert: Insert,
  deadline: Deadline,
): Promise<Stored> {
  const stored: Delivery[] = [];
  const refused: Unfit[] = [];
  let inserted = 0;
  let position = 0;
  let size = batch.length;
  let cleared = 0;
  while (position < batch.length) {
    const chunk = batch.slice(position, position + size);
    try {
      inserted += await insert(
        chunk.map(({ row }) => row),
        deadline,
      );
      for (const { delivery } of chunk) stored.push(delivery);
      position += chunk.length;
      cleared += chunk.length;
      size *= 2;
    } catch (error) {
      if (!(error instanceof StoreError && error.fault === 'record'))
        return { stored, inserted, refused, failed: fail(batch.slice(position), error) };
      if (chunk.length > 1) {
        size = Math.ceil(chunk.length / 2);
      } else {
        for (const { delivery } of chunk) refused.push(unstorable(delivery, error));
        position += 1;
        size = Math.max(1, cleared);
        cleared = 0;
      }
    }
  }
  return { stored, inserted, refused, failed: [] };
}

function unstorable(delivery: Delivery, { code, constraint }: StoreError): Unfit {
  return {
    delivery,
    reason: 'unstorable',
    message: `refused by PostgreSQL: SQLSTATE ${code}${constraint ? `, constraint ${constraint}` : ''}`,
    details: { sqlstate: code, constraint, issues: [] },
  };
}

/** An error of no known class is a mistake in the code. It must not escape: the other records have their fates. */
function fail(rest: readonly Fit[], error: unknown): Failed[] {
  const cause =
    error instanceof SinkError
      ? error
      : new StoreError('deployment', 'The sink itself failed while it stored.', null, null);
  return rest.map(({ delivery }) => ({ delivery, cause }));
}
