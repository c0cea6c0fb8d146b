import { isRefusal, StoreError } from '../../record/errors.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { type InsertParts, insertSome, type WrittenChunk } from './insert-some.ts';
import { byKey, type Item } from './item.ts';
import { isLate } from './pace.ts';
import type { OnRejected } from './rejection.ts';
import { failed, merge, NOTHING } from './written.ts';

/**
 * Inserts rows, as many in a statement as the table takes in time. Never throws.
 *
 * The rows of a statement are inserted in the order of their key. Two statements that insert the same rows, here or in another
 * process, so wait for each other instead of deadlocking.
 *
 * Rows that take too long must not keep the others from the table, nor take the time of all: those of a statement that timed
 * out wait until the others are tried, and behind one that alone took too long it goes on somewhere else, as its neighbours
 * may be like it.
 *
 * @param pieces of the chunk, one after the other; once PostgreSQL is away, none is tried any more
 * @param onRejected gets rejected rows as soon as they are known; they are in what is returned, too
 * @param tookSome whether the table has just taken other rows of the batch
 */
export async function insertChunk(
  pieces: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  parts: InsertParts,
  deadline: Deadline,
  onRejected: OnRejected,
  tookSome = false,
): Promise<WrittenChunk> {
  const { pace } = parts;
  const written: WrittenChunk[] = [];
  let tookOthers = tookSome;

  /** @returns rows that are neither stored nor refused one by one, because of an error */
  async function insertPiece(items: readonly Item[]): Promise<Left> {
    let left = pace.isSlow ? fromAnywhere(items) : items;
    while (left.length > 0) {
      const some = left.slice(0, pace.size(deadline.remainingMs()));
      left = left.slice(some.length);
      const start = performance.now();
      const { rest, error, took, ...done } = await insertSome(some, parts, deadline, tookOthers);
      if (done.rejected.length > 0) onRejected(done.rejected);
      tookOthers = took;
      written.push(done);
      const ms = performance.now() - start;
      if (rest.length === 0) {
        pace.succeeded(some.length, ms);
        continue;
      }
      const isAlone = rest.length === 1;
      if (isLate(error, ms)) pace.timedOut(ms, isAlone && !took);
      const isSlow = error instanceof StoreError && error.fault === 'timeout';
      if (!isSlow || pace.isStuck) return { items: [...rest, ...left], error };
      if (isAlone) written.push(failing(rest, error));
      left = isAlone ? fromAnywhere(left) : [...left, ...rest];
    }
    return NONE_LEFT;
  }

  let left = NONE_LEFT;
  for await (const piece of pieces) {
    const items = [...left.items, ...piece];
    // A refusal of all may be the doing of the records, which shows when others come with them (promise P3).
    const isAway = left.items.length > 0 && !isRefusal(left.error);
    left = isAway ? { ...left, items } : await insertPiece(items);
  }
  // Nearly always none: an error takes longer to make than a row to insert.
  if (left.items.length > 0) written.push(failing(left.items, left.error));
  return mergeChunks(written);
}

export const mergeChunks = (all: readonly WrittenChunk[]): WrittenChunk => ({
  ...merge(all),
  orphans: all.flatMap(({ orphans }) => orphans),
});

interface Left {
  readonly items: readonly Item[];
  readonly error?: unknown;
}

const NONE_LEFT: Left = { items: [] };

const failing = (items: readonly Item[], error: unknown): WrittenChunk => ({
  ...NOTHING,
  failed: failed(
    items.map(({ record }) => record),
    error,
  ),
  orphans: [],
});

/** From a random place on: with each delivery other rows are the first, of which all can be slow. */
function fromAnywhere<T>(items: readonly T[]): readonly T[] {
  const first = Math.floor(Math.random() * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}

/** In the order of their key, so that two statements with the same rows wait for each other instead of deadlocking. */
export function inOrder<T extends Pick<Item, 'key'>>(items: readonly T[]): T[] {
  return items.toSorted(byKey);
}
