import type { RecordRow } from '../../record/row.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { OfferCopy } from './copy-backoff.ts';
import {
  type Chunk,
  type ChunkParts,
  createCopiedChunk,
  createInsertedChunk,
} from './copy-or-insert.ts';
import { merge, type Written } from './written.ts';

/** What stores the rows of one table. */
export interface TableParts extends ChunkParts {
  readonly offerCopy: OfferCopy;
}

/** The rows of a batch that belong to one table. */
export interface TableFlush {
  add(rows: readonly RecordRow[]): void;
  /** No more will come. Stores the rows whose key was not there before in the batch. Never throws. */
  endFirsts(): Promise<Written>;
  /** Stores the repeats. Never throws. */
  endRepeats(): Promise<Written>;
}

/** Rows of a batch below which COPY, which asks before it sends, loses with its second round trip more than it gains. */
const MIN_COPY = 50;

/**
 * Stores rows in chunks side by side. What is added at a time goes to the next chunk. Repeats of a key wait until the first
 * of it is stored or refused: two chunks with the same rows in another order would deadlock, and when the first is refused,
 * another has its chance.
 *
 * @param size rows of the whole batch at most
 * @param count chunks at most
 * @param keys those that the batch has had before; the new ones are added
 */
export function createTableFlush(
  size: number,
  count: number,
  { offerCopy, ...inserting }: TableParts,
  keys: Set<string>,
  deadline: Deadline,
): TableFlush {
  const chunks: Chunk[] = [];
  const repeats = createInsertedChunk(inserting, deadline);
  let turn = 0;

  function createChunk(): Chunk {
    const copy = size < MIN_COPY ? null : offerCopy();
    return copy
      ? createCopiedChunk(copy, inserting, deadline)
      : createInsertedChunk(inserting, deadline);
  }

  return {
    add(rows) {
      const firsts: RecordRow[] = [];
      for (const one of rows) {
        const before = keys.size;
        keys.add(inserting.keyOf(one.row));
        if (keys.size > before) firsts.push(one);
        else repeats.add([one]);
      }
      if (firsts.length === 0) return;
      const index = turn % count;
      chunks[index] ??= createChunk();
      chunks[index].add(firsts);
      turn += 1;
    },
    endFirsts: async () => merge(await Promise.all(chunks.map((chunk) => chunk.end()))),
    endRepeats: () => repeats.end(),
  };
}
