import { StoreError } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';

/** Stores lines by COPY, all or none; returns how many the table has got, null when PostgreSQL does not take them this way. */
export type Copy = (lines: AsyncIterable<Buffer>, deadline: Deadline) => Promise<number | null>;

/** Offers a copy, or null while it would probably fail. */
export type OfferCopy = () => Copy | null;

export interface CopyBackoff {
  readonly offer: OfferCopy;
  /** Counts as a copy that failed: what had to be done before it has. */
  decline(): void;
}

/** Attempts that are left out at most after one that failed. */
const MAX_BACKOFF = 64;

/**
 * Has rows stored by COPY as long as that succeeds, as it does with fresh records: deliveries repeat, and records are
 * refused, but seldom. When COPY is refused, what was sent was wasted, and the pages that it filled are dead; so after each
 * refusal twice as many attempts are left out as after the one before, until one succeeds.
 *
 * @param copy stores lines by COPY
 * @returns what offers a copy; when it does not store the rows, and when there is no offer, the caller stores them in a way
 *   that tells which rows are in the way
 */
export function createCopyBackoff(
  copy: (lines: AsyncIterable<Buffer>, deadline: Deadline) => Promise<number>,
): CopyBackoff {
  let backoff = 0;
  let left = 0;

  function decline(): void {
    backoff = Math.min(MAX_BACKOFF, Math.max(1, backoff * 2));
    left = backoff;
  }

  const attempt: Copy = async (lines, deadline) => {
    try {
      const copied = await copy(lines, deadline);
      backoff = 0;
      return copied;
    } catch (error) {
      // A record is in the way; or COPY itself, as with row-level security; or so many rows take too long. Anything else an
      // INSERT would meet, too.
      if (!isDeclined(error)) throw error;
      decline();
      return null;
    }
  };

  return {
    offer() {
      if (left === 0) return attempt;
      left -= 1;
      return null;
    },
    decline,
  };
}

const DECLINES: ReadonlySet<string> = new Set(['record', 'deployment', 'timeout']);

/** Whether other statements may well store what this one did not. */
export const isDeclined = (error: unknown): boolean =>
  error instanceof StoreError && DECLINES.has(error.fault);
