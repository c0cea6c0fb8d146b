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

export interface FlushParts extends ChunkParts {
  readonly offerCopy: OfferCopy;
}

/** A whole batch, with the time that it took in milliseconds. */
export interface Flushed extends Written {
  readonly flushMs: number;
}

/** A batch that is being stored while its last rows are not there yet. */
export interface Flush {
  /** Takes some rows, which are on their way to PostgreSQL while the caller decodes the next. */
  add(rows: readonly RecordRow[]): void;
  /** No more will come. Resolves when each row has ended in one of the lists. Never throws. */
  end(): Promise<Flushed>;
}

/** Rows of a batch for which a second connection costs less than it brings. */
const MIN_CHUNK = 500;

/** Rows of a batch below which COPY, which asks before it sends, loses with its second round trip more than it gains. */
const MIN_COPY = 50;

/**
 * Begins to store a batch, in chunks side by side. What is added at a time goes to the next chunk. Repeats of a key
 * wait until the first of it is stored or refused: two chunks with the same rows in another order would deadlock, and when
 * the first is refused, another has its chance.
 *
 * @param size rows at most
 * @param connections chunks at most
 */
export function beginFlush(
  size: number,
  { offerCopy, ...inserting }: FlushParts,
  connections: number,
  deadline: Deadline,
): Flush {
  const start = performance.now();
  const count = Math.max(1, Math.min(connections, Math.floor(size / MIN_CHUNK)));
  const chunks: Chunk[] = [];
  const keys = new Set<string>();
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
    async end() {
      const written = await Promise.all(chunks.map((chunk) => chunk.end()));
      written.push(await repeats.end());
      return { ...merge(written), flushMs: performance.now() - start };
    },
  };
}
