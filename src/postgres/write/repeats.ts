import type { OnConflict } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { FindConflicts } from './find-conflicts.ts';
import type { Item } from './item.ts';
import { conflicting } from './rejection.ts';
import type { Written } from './written.ts';

/**
 * A batch that comes again is nothing but repeats, and to ask for them takes half of what an insert of them does.
 *
 * @returns places of those that are other records; null where not all rows are there, or nobody can tell
 */
export async function findRepeats(
  items: readonly Item[],
  findConflicts: FindConflicts,
  deadline: Deadline,
): Promise<readonly number[] | null> {
  // Whatever the reason is, the insert meets it too and decides.
  const found = await findConflicts(
    items.map(({ row }) => row),
    deadline,
  ).catch(() => null);
  return found?.missing.length === 0 ? found.others : null;
}

/** Rows that are in the table: stored, or other records than those that have their keys. */
export function byConflict(
  items: readonly Item[],
  others: readonly number[],
  onConflict: OnConflict,
): Pick<Written, 'stored' | 'conflicts' | 'rejected'> {
  if (others.length === 0)
    return { stored: items.map(({ record }) => record), conflicts: [], rejected: [] };
  const isOther = new Set(others);
  const stored = items.filter((_, place) => !isOther.has(place)).map(({ record }) => record);
  const conflicts = items.filter((_, place) => isOther.has(place)).map(({ record }) => record);
  return onConflict === 'dead-letter'
    ? { stored, conflicts: [], rejected: conflicts.map(conflicting) }
    : {
        stored,
        conflicts: conflicts.map((record) => ({ record, rule: 'conflict' })),
        rejected: [],
      };
}
