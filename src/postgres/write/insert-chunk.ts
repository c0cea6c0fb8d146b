import { StoreError } from '../../record/errors.ts';
import type { Rejected } from '../../record/fates.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { OnConflict } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Blame } from './blame.ts';
import { findRefused } from './find-refused.ts';
import type { Item } from './item.ts';
import { isOrphan, type Orphan } from './orphans.ts';
import { isLate, type Pace } from './pace.ts';
import { rejection } from './rejection.ts';
import { byConflict, type FindConflicts, findRepeats } from './repeats.ts';
import type { Insert } from './table-insert.ts';
import { failed, merge, NOTHING, type Written } from './written.ts';

export interface InsertParts {
  readonly insert: Insert;
  /** Whose fault a refusal is that could not be judged beforehand. */
  blame(refusal: StoreError, deadline: Deadline): Promise<Blame>;
  /** Whether the table has taken a row within the last minutes. */
  takesLately(): boolean;
  readonly findConflicts: FindConflicts;
  /** Whether the last rows were all in the table already: then the next ones probably are, too. */
  readonly repeats: { expected: boolean };
  readonly onConflict: OnConflict;
  readonly pace: Pace;
}

/** Gets records that are rejected, whatever becomes of the others. */
export type OnRejected = (rejected: readonly Rejected[]) => void;

/** What became of a chunk. */
export interface WrittenChunk extends Written {
  /** Refused by a foreign key: another try, after the rest of the batch, may find their parents. */
  readonly orphans: readonly Orphan[];
}

/**
 * Inserts rows, as many in a statement as the table takes in time. Never throws.
 *
 * The rows of a piece are inserted in the order of their key. Two statements that insert the same rows, here or in another
 * process, so wait for each other instead of deadlocking.
 *
 * @param pieces of the chunk, one after the other; once PostgreSQL is away, none is tried any more
 * @param onRejected gets rejected rows as soon as they are known; they are in what is returned, too
 */
export async function insertChunk(
  pieces: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  parts: InsertParts,
  deadline: Deadline,
  onRejected: OnRejected,
): Promise<WrittenChunk> {
  const written: WrittenChunk[] = [];
  let away: { readonly cause: unknown } | null = null;
  for await (const piece of pieces) {
    if (away !== null) written.push(failing(piece, away.cause));
    else {
      const inserted = await insertPiece(piece, parts, deadline, onRejected);
      written.push(...inserted.written);
      away = inserted.away;
    }
  }
  return { ...merge(written), orphans: written.flatMap(({ orphans }) => orphans) };
}

interface Piece {
  readonly written: readonly WrittenChunk[];
  /** Why the next piece need not be tried; null when it should. */
  readonly away: { readonly cause: unknown } | null;
}

async function insertPiece(
  items: readonly Item[],
  parts: InsertParts,
  deadline: Deadline,
  onRejected: OnRejected,
): Promise<Piece> {
  const { pace } = parts;
  const written: WrittenChunk[] = [];
  let left: readonly Item[] = inOrder(items);
  while (left.length > 0) {
    const some = left.slice(0, pace.size(deadline.remainingMs()));
    left = left.slice(some.length);
    const start = performance.now();
    const { rest, error, ...done } = await insertSome(some, parts, deadline);
    written.push(done);
    if (done.rejected.length > 0) onRejected(done.rejected);
    const ms = performance.now() - start;
    const [first, ...more] = rest;
    if (!first) pace.succeeded(some.length, ms);
    else if (isLate(error, ms)) pace.timedOut();
    if (first && error instanceof StoreError && error.fault === 'timeout') {
      // One row alone that takes too long must not keep the others from the table.
      if (more.length === 0) written.push(failing([first], error));
      else left = [first, ...more, ...left];
    } else if (first) {
      written.push(failing([...rest, ...left], error));
      return { written, away: { cause: error } };
    }
  }
  return { written, away: null };
}

interface Some extends WrittenChunk {
  /** Not reached, because of an error. */
  readonly rest: readonly Item[];
  readonly error?: unknown;
}

/** Inserts rows in one statement, or in several where some must be searched for. */
async function insertSome(
  items: readonly Item[],
  parts: InsertParts,
  deadline: Deadline,
): Promise<Some> {
  const { insert, blame, takesLately, findConflicts, onConflict, repeats } = parts;
  const there = repeats.expected ? await findRepeats(items, findConflicts, deadline) : null;
  if (there) return { ...NOTHING, orphans: [], rest: [], ...byConflict(items, there, onConflict) };
  const { inserted, done, refused, unexplained, rest, error } = await findRefused(
    items,
    (rows) => insert(rows, deadline),
    (refusal) => blame(refusal, deadline),
    takesLately,
  );
  const orphans = refused.filter(({ refusal }) => isOrphan(refusal));
  const rejected = refused
    .filter(({ refusal }) => !isOrphan(refusal))
    .map(({ item, refusal }) => rejection(item.record, refusal));
  const failures = unexplained.map(({ item, error }) => ({ record: item.record, cause: error }));
  repeats.expected = inserted === 0 && done.length > 0;
  const known = { ...NOTHING, inserted, rejected, failed: failures, orphans };
  let others: readonly number[] = [];
  try {
    if (inserted < done.length)
      others =
        (
          await findConflicts(
            done.map(({ json }) => json),
            deadline,
          )
        )?.others ?? [];
  } catch (failure) {
    return { ...known, rest: [...done, ...rest], error: failure };
  }
  const ended = byConflict(done, others, onConflict);
  return { ...known, ...ended, rejected: [...rejected, ...ended.rejected], rest, error };
}

const failing = (items: readonly Item[], error: unknown): WrittenChunk => ({
  ...NOTHING,
  failed: failed(items.map(recordOf), error),
  orphans: [],
});

function inOrder(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
}

const recordOf = ({ record }: Item): SinkRecord => record;
