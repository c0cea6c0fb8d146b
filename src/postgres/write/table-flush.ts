import type { RecordRow } from '../../record/row.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { MIN_COPY } from './copy/copy.ts';
import type { OfferCopy } from './copy/copy-backoff.ts';
import {
  type Chunk,
  type ChunkParts,
  createCopiedChunk,
  createInsertedChunk,
} from './copy-or-insert.ts';
import { insertChunk } from './insert-chunk.ts';
import type { WrittenChunk } from './insert-some.ts';
import { createJudgedChunk, type JudgedCopy } from './judge-and-copy.ts';
import { giveUp, mayHaveParents, type Orphan } from './orphans.ts';
import type { OnRejected } from './rejection.ts';
import { merge, NOTHING, type Written } from './written.ts';

/** What stores the rows of one table. */
export interface TableParts extends ChunkParts {
  readonly offerCopy: OfferCopy;
  /** Offers to judge rows and copy the sound ones; null while none is refused, or that would probably fail. */
  offerJudged(): JudgedCopy | null;
  /** The last parts of the names of the table that a foreign key refers to; null when they are not known. */
  parentsOf(constraint: string | null, deadline: Deadline): Promise<readonly string[] | null>;
}

/** The rows of a batch that belong to one table. */
export interface TableFlush {
  add(rows: readonly RecordRow[]): void;
  /** In a table of states: see {@link Flush.wait}. */
  wait?(rows: readonly RecordRow[]): void;
  /** No more will come. Stores the rows whose key was not there before in the batch. Never throws. */
  endFirsts(): Promise<Written>;
  /** Stores the repeats. Never throws. */
  endRepeats(): Promise<Written>;
  /**
   * Tries once more those that a foreign key has refused, where their parents may have come with the batch. Never throws.
   *
   * @param tables the last parts of the names of all tables of the batch
   */
  retryOrphans(tables: ReadonlySet<string>): Promise<Written>;
  /**
   * What becomes of those whose parents did not come. It can be asked again, with more tables; the last answer counts. Never throws.
   *
   * @param failing the last parts of the names of the tables of which rows come again: an orphan that may refer to one of
   *   them comes again, too
   */
  giveUpOrphans(failing: ReadonlySet<string>): Promise<Written>;
}

/**
 * Stores rows in chunks side by side. What is added at a time goes to the next chunk. Repeats of a key wait until the first
 * of it is stored or refused: two chunks with the same rows in another order would deadlock, and when the first is refused,
 * another has its chance.
 *
 * @param size rows of the whole batch at most
 * @param count chunks at most
 * @param keys those that the batch has had before; the new ones are added
 * @param onRejected see {@link insertChunk}
 */
export function createTableFlush(
  size: number,
  count: number,
  { offerCopy, offerJudged, parentsOf, ...inserting }: TableParts,
  keys: Set<string>,
  deadline: Deadline,
  onRejected: OnRejected,
): TableFlush {
  const chunks: Chunk[] = [];
  const repeats: RecordRow[] = [];
  let turn = 0;
  let orphans: readonly Orphan[] = [];
  const { retryForeignKeysMs } = inserting;
  const findParents = (constraint: string | null) => parentsOf(constraint, deadline);

  /** Keeps those whose parents may still come with the batch. */
  function keepOrphans(chunk: WrittenChunk): Written {
    const { orphans: more, ...written } = chunk;
    orphans = [...orphans, ...more];
    return written;
  }

  function createChunk(): Chunk {
    const mayCopy = size >= MIN_COPY;
    const judged = mayCopy ? offerJudged() : null;
    if (judged) return createJudgedChunk(judged, inserting, deadline, onRejected);
    const copy = mayCopy ? offerCopy() : null;
    return copy
      ? createCopiedChunk(copy, inserting, deadline, onRejected)
      : createInsertedChunk(inserting, deadline, onRejected);
  }

  return {
    add(rows) {
      const firsts: RecordRow[] = [];
      for (const one of rows) {
        const before = keys.size;
        keys.add(inserting.keyOf(one.row));
        if (keys.size > before) firsts.push(one);
        else repeats.push(one);
      }
      if (firsts.length === 0) return;
      const index = turn % count;
      chunks[index] ??= createChunk();
      chunks[index].add(firsts);
      turn += 1;
    },
    endFirsts: async () =>
      merge((await Promise.all(chunks.map((chunk) => chunk.end()))).map(keepOrphans)),
    async endRepeats() {
      if (repeats.length === 0) return NOTHING;
      const chunk = createInsertedChunk(inserting, deadline, onRejected);
      chunk.add(repeats);
      return keepOrphans(await chunk.end());
    },
    async retryOrphans(tables) {
      const refusing = new Set(orphans.map(({ refusal }) => refusal.constraint));
      if (!(await mayHaveParents(refusing, tables, findParents))) return NOTHING;
      const items = orphans.map(({ item }) => item);
      orphans = [];
      return keepOrphans(await insertChunk([items], inserting, deadline, onRejected));
    },
    async giveUpOrphans(failing) {
      const given: Written[] = [];
      for (const [constraint, some] of Map.groupBy(orphans, ({ refusal }) => refusal.constraint)) {
        const mayCome = await mayHaveParents([constraint], failing, findParents);
        given.push(giveUp(some, mayCome ? Number.POSITIVE_INFINITY : retryForeignKeysMs));
      }
      return merge(given);
    },
  };
}
