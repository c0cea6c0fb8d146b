import { StoreError } from '../../record/errors.ts';
import type { Deadline } from '../../timing/deadline.ts';

/** Stores lines by COPY, all or none; false where PostgreSQL does not take them this way. */
export type Copy = (lines: AsyncIterable<Buffer>, deadline: Deadline) => Promise<boolean>;

/** Offers a copy, or null where it would more likely be in vain. */
export type OfferCopy = () => Copy | null;

/** Attempts that are left out at most after one that was in vain. */
const MAX_PAUSE = 64;

/**
 * Has rows stored by COPY as long as that goes well, which with fresh records it does: deliveries repeat, and records are
 * refused, but seldom. Where it does not, what was sent was in vain, and the pages that it filled are dead; so after each
 * refusal twice as many attempts are left out as after the one before, until one succeeds.
 *
 * @param copy stores lines by COPY
 * @returns offers a copy, which tells whether the rows are stored; where not, and where there is no offer, the caller
 * stores them in a way that tells which rows are in the way
 */
export function createOptimist(
  copy: (lines: AsyncIterable<Buffer>, deadline: Deadline) => Promise<unknown>,
): OfferCopy {
  let pause = 0;
  let left = 0;

  async function attempt(lines: AsyncIterable<Buffer>, deadline: Deadline): Promise<boolean> {
    try {
      await copy(lines, deadline);
      pause = 0;
      return true;
    } catch (error) {
      // A record is in the way; or COPY itself, as with row-level security. Anything else an INSERT would meet, too.
      if (!(error instanceof StoreError && DECLINES.has(error.fault))) throw error;
      pause = Math.min(MAX_PAUSE, Math.max(1, pause * 2));
      left = pause;
      return false;
    }
  }

  return () => {
    if (left === 0) return attempt;
    left -= 1;
    return null;
  };
}

const DECLINES: ReadonlySet<string> = new Set(['record', 'deployment']);
