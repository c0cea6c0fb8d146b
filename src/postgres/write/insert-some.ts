import type { StoreError } from '../../record/errors.ts';
import type { Rejected } from '../../record/fates.ts';
import type { IncomingRecord } from '../../record/record.ts';
import type { OnConflict } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Blame } from './blame.ts';
import { type Decided, type DecideParts, decide } from './decide.ts';
import type { FindConflicts, Found } from './find-conflicts.ts';
import { findRefused, type Takes } from './find-refused.ts';
import type { Item } from './item.ts';
import type { Pace } from './pace.ts';
import type { OnRejected } from './rejection.ts';
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
 * @param onRejected gets rejected records as soon as they are known; they are in what is returned, too
 */
export async function insertSome(
  items: readonly Item[],
  parts: InsertParts,
  deadline: Deadline,
  tookOthers: boolean,
  onRejected: OnRejected,
): Promise<Some> {
  const tell: OnRejected = (rejected) => {
    if (rejected.length > 0) onRejected(rejected);
  };
  const { insert, blame, takes, takesLately, findConflicts, onConflict, repeats } = parts;
  const there = repeats.expected ? await findRepeats(items, findConflicts, deadline) : null;
  if (there) {
    const ended = byConflict(items, there, onConflict);
    tell(ended.rejected);
    return { ...NOTHING, ...ended, orphans: [], rest: [], took: tookOthers };
  }
  /** By their records: those of rows that are refused as they were judged. */
  const early = new Map<IncomingRecord, Rejected>();
  const { inserted, done, refused, unexplained, rest, error } = await findRefused(
    items,
    (some, onRefused) =>
      insert(
        some.map(({ row }) => row),
        deadline,
        onRefused,
      ),
    (refusal) => blame(refusal, deadline),
    () => takes(deadline),
    takesLately,
    tookOthers,
    async (named) => {
      const { rejected } = await decide(named, parts, deadline);
      for (const one of rejected) early.set(one.record, one);
      tell(rejected);
    },
  );
  const late = refused.filter(({ item }) => !early.has(item.record));
  const { rejected, failed, orphans } = await decide(late, parts, deadline);
  tell(rejected);
  const failures = unexplained.map(({ item, error }) => ({ record: item.record, cause: error }));
  repeats.expected = inserted === 0 && done.length > 0;
  const known = {
    ...{ ...NOTHING, inserted, orphans, took: tookOthers || done.length > 0 },
    rejected: [...early.values(), ...rejected],
    failed: [...failures, ...failed],
  };
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
  tell(ended.rejected);
  const keptOut = found?.missing.length ?? 0;
  return {
    ...known,
    ...ended,
    keptOut,
    rejected: [...known.rejected, ...ended.rejected],
    rest,
    error,
  };
}
