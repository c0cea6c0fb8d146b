import { StoreError } from '../../record/errors.ts';
import type { Item } from './item.ts';
import type { Refusal } from './judge/judgements.ts';
import { rejection } from './rejection.ts';
import { NOTHING, type Written } from './written.ts';

/** A row that a foreign key refuses: the row that it refers to is not there, or not yet. */
export interface Orphan {
  readonly item: Item;
  readonly refusal: Refusal;
}

const FOREIGN_KEY = '23503';

export const isOrphan = ({ sqlstate }: Refusal): boolean => sqlstate === FOREIGN_KEY;

/**
 * Whether there are rows of a table that some rows wait for.
 *
 * @param constraints foreign keys that have refused them
 * @param tables the last parts of the names of the tables whose rows there are
 * @param parentsOf the last parts of the names of the table that one refers to; null when they are not known
 */
export async function mayHaveParents(
  constraints: Iterable<string | null>,
  tables: ReadonlySet<string>,
  parentsOf: (constraint: string | null) => Promise<readonly string[] | null>,
): Promise<boolean> {
  if (tables.size === 0) return false;
  for (const constraint of constraints) {
    const parents = await parentsOf(constraint);
    if (parents === null || parents.some((parent) => tables.has(parent))) return true;
  }
  return false;
}

/**
 * Decides about rows whose parents did not come with their batch. A record that is younger than the definition says is
 * delivered again; any other is rejected.
 *
 * @param retryMs the age up to which a record is delivered again, in milliseconds; 0 for none, `Infinity` for any
 */
export function giveUp(orphans: readonly Orphan[], retryMs: number): Written {
  const isYoung = ({ item }: Orphan) => Date.now() - item.record.timestamp < retryMs;
  return {
    ...NOTHING,
    rejected: orphans
      .filter((one) => !isYoung(one))
      .map(({ item, refusal }) => rejection(item.record, refusal)),
    failed: orphans.filter(isYoung).map(({ item: { record }, refusal: { constraint } }) => ({
      record,
      cause: new StoreError(
        'transient',
        `The row that it refers to is not there yet (constraint ${constraint}).`,
        ...([FOREIGN_KEY, constraint] as const),
      ),
    })),
  };
}
