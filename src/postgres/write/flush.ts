import { IDENTITY } from '../../definition/notification.ts';
import type { Delivery } from '../../lambda/read-event.ts';
import type { Failed, Rejected } from '../../record/fates.ts';
import type { Fit } from '../../sink/decode.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { createCopiedPart, createInsertedPart, type Part } from './chunk.ts';
import type { OfferCopy } from './copy-backoff.ts';
import type { InsertParts } from './insert-chunk.ts';

export interface StoreParts extends InsertParts {
  readonly offerCopy: OfferCopy;
}

export interface Stored {
  readonly stored: readonly Delivery[];
  /** Of those stored, how many were not there before. */
  readonly inserted: number;
  /** Refused by PostgreSQL. */
  readonly refused: readonly Rejected[];
  readonly failed: readonly Failed[];
}

/** A whole batch, with the time that it took in milliseconds. */
export interface StoredBatch extends Stored {
  readonly flushMs: number;
}

/** A batch that is being stored while its last rows are not there yet. */
export interface Flush {
  /** Takes some rows, which are on their way to PostgreSQL while the caller decodes the next. */
  add(rows: readonly Fit[]): void;
  /** No more will come. Resolves when each row has ended in one of the lists. Never throws. */
  end(): Promise<StoredBatch>;
}

/** Rows of a batch for which a second connection costs less than it brings. */
const MIN_PART = 500;

/** Rows of a batch below which COPY, which asks before it sends, loses with its second round trip more than it gains. */
const MIN_COPY = 50;

/**
 * Begins to store a batch, in parts side by side. What is added at a time goes to the next part. Repeats of an identity wait
 * until the first of it is stored or refused: two parts with the same rows in another order would deadlock, and where the
 * first is refused, another has its chance.
 *
 * @param size rows at most
 * @param connections parts at most
 */
export function beginFlush(
  size: number,
  { offerCopy, ...inserting }: StoreParts,
  connections: number,
  deadline: Deadline,
): Flush {
  const start = performance.now();
  const count = Math.max(1, Math.min(connections, Math.floor(size / MIN_PART)));
  const parts: Part[] = [];
  const identities = new Set<unknown>();
  const repeats = createInsertedPart(inserting, deadline);
  let turn = 0;

  function createPart(): Part {
    const copy = size < MIN_COPY ? null : offerCopy();
    return copy
      ? createCopiedPart(copy, inserting, deadline)
      : createInsertedPart(inserting, deadline);
  }

  return {
    add(rows) {
      const firsts: Fit[] = [];
      for (const fit of rows) {
        const before = identities.size;
        identities.add(fit.row[IDENTITY]);
        if (identities.size > before) firsts.push(fit);
        else repeats.add([fit]);
      }
      if (firsts.length === 0) return;
      const index = turn % count;
      parts[index] ??= createPart();
      parts[index].add(firsts);
      turn += 1;
    },
    async end() {
      const results = await Promise.all(parts.map((part) => part.end()));
      results.push(await repeats.end());
      return { ...together(results), flushMs: performance.now() - start };
    },
  };
}

function together(results: readonly Stored[]): Stored {
  return {
    stored: results.flatMap(({ stored }) => stored),
    inserted: results.reduce((sum, { inserted }) => sum + inserted, 0),
    refused: results.flatMap(({ refused }) => refused),
    failed: results.flatMap(({ failed }) => failed),
  };
}
