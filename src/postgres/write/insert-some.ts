import type { StoreError } from '../../record/errors.ts';
import type { OnConflict } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Blame } from './blame.ts';
import { type Decided, type DecideParts, decide } from './decide.ts';
import type { FindConflicts, Found } from './find-conflicts.ts';
import { findRefused, type Takes } from './find-refused.ts';
import { byKey, type Item } from './item.ts';
import type { Pace } from './pace.ts';
import { parentsFirst } from './parents-first.ts';
import { byConflict, findRepeats } from './repeats.ts';
import type { Insert } from './table-insert.ts';
import { NOTHING, type Written } from './written.ts';

export interface InsertParts extends DecideParts {
  readonly insert: Insert;
  /** Whose fault a refusal is that could not be judged beforehand. */
  blame(refusal: StoreError, deadline: Deadline): Promise<Blame>;
  /** Whether the table takes rows at present: see {@link findRefused}. */
  takes(deadline: Deadline): Promise<Takes>;
  /** Whether it has taken a row within the last minutes. */
  takesLately(): boolean;
  readonly findConflicts: FindConflicts;
  /** Whether the last rows were all in the table already: then the next ones probably are, too. */
  readonly repeats: { expected: boolean };
  readonly onConflict: OnConflict;
  readonly pace: Pace;
}

/** What became of a chunk. */
export interface WrittenChunk extends Written, Pick<Decided, 'orphans'> {}

export interface Some extends WrittenChunk {
  /** Whether the table has taken a row by now. */
  readonly took: boolean;
  /** Not reached, because of an error. */
  readonly rest: readonly Item[];
  readonly error?: unknown;
}

/**
 * Inserts rows in one statement, or in several where some must be searched for. Never throws.
 *
 * @param tookOthers whether the table has just taken other rows of the batch
 */
export async function insertSome(
  items: readonly Item[],
  parts: InsertParts,
  deadline: Deadline,
  tookOthers: boolean,
): Promise<Some> {
  const { insert, blame, takes, takesLately, findConflicts, onConflict, repeats } = parts;
  const there = repeats.expected ? await findRepeats(items, findConflicts, deadline) : null;
  if (there) {
    const nothing = { ...NOTHING, orphans: [], rest: [], took: tookOthers };
    return { ...nothing, ...byConflict(items, there, onConflict) };
  }
  const { inserted, done, refused, unexplained, rest, error } = await findRefused(
    items,
    (some) =>
      insert(
        some.map(({ row }) => row),
        deadline,
      ),
    (refusal) => blame(refusal, deadline),
    () => takes(deadline),
    takesLately,
    tookOthers,
    { inStatement: (some) => some.toSorted(byKey), inSearch: parentsFirst },
  );
  const { rejected, failed, orphans } = await decide(refused, parts, deadline);
  const failures = unexplained.map(({ item, error }) => ({ record: item.record, cause: error }));
  repeats.expected = inserted === 0 && done.length > 0;
  const took = tookOthers || done.length > 0;
  const known = { ...NOTHING, inserted, rejected, failed: [...failures, ...failed], orphans, took };
  let found: Found | null = null;
  try {
    if (inserted < done.length)
      found = await findConflicts(
        done.map(({ row }) => row),
        deadline,
      );
  } catch (failure) {
    return { ...known, rest: [...done, ...rest], error: failure };
  }
  const ended = byConflict(done, found?.others ?? [], onConflict);
  const keptOut = found?.missing.length ?? 0;
  return { ...known, ...ended, keptOut, rejected: [...rejected, ...ended.rejected], rest, error };
}
