import { StoreError } from '../errors.ts';
import type { Row } from '../notification.ts';
import type { Deadline } from '../sink/deadline.ts';

/** Stores rows, all or none; false where PostgreSQL does not take them this way. */
export type TryCopy = (rows: readonly Row[], deadline: Deadline) => Promise<boolean>;

/** Attempts that are left out at most after one that was in vain. */
const MAX_PAUSE = 64;

/**
 * Stores rows by COPY as long as that goes well, which with fresh records it does: deliveries repeat, and records are
 * refused, but seldom. Where it does not, what was sent was in vain, and the pages that it filled are dead; so after each
 * refusal twice as many attempts are left out as after the one before, until one succeeds.
 *
 * @param copy stores rows by COPY
 * @returns whether the rows are stored; where not, the caller stores them in a way that tells which rows are in the way
 */
export function createOptimist(
  copy: (rows: readonly Row[], deadline: Deadline) => Promise<unknown>,
): TryCopy {
  let pause = 0;
  let left = 0;
  return async (rows, deadline) => {
    if (left > 0) {
      left -= 1;
      return false;
    }
    try {
      await copy(rows, deadline);
      pause = 0;
      return true;
    } catch (error) {
      // A record is in the way; or COPY itself, as with row-level security. Anything else an INSERT would meet, too.
      if (!(error instanceof StoreError && DECLINES.has(error.fault))) throw error;
      pause = Math.min(MAX_PAUSE, Math.max(1, pause * 2));
      left = pause;
      return false;
    }
  };
}

const DECLINES: ReadonlySet<string> = new Set(['record', 'deployment']);
