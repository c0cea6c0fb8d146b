import type { Deadline } from '../../timing/deadline.ts';
import type { Named } from './find-refused.ts';
import type { Item } from './item.ts';
import { giveUp, isOrphan, type Orphan } from './orphans.ts';
import { rejection } from './rejection.ts';
import type { Written } from './written.ts';

export interface DecideParts {
  /** Whether a batch can bring the row that a foreign key refers to. */
  mayBringParent(constraint: string | null, deadline: Deadline): Promise<boolean>;
  /** The age up to which a record that a foreign key refuses is delivered again, in milliseconds. */
  readonly retryForeignKeysMs: number;
}

export interface Decided extends Pick<Written, 'rejected' | 'failed'> {
  /** Refused by a foreign key: another try, after the rest of the batch, may find their parents. */
  readonly orphans: readonly Orphan[];
}

/** Decides what becomes of refused rows. Orphans whose parents no batch brings need not wait for the end of theirs. */
export async function decide(
  refused: readonly Named<Item>[],
  { mayBringParent, retryForeignKeysMs }: DecideParts,
  deadline: Deadline,
): Promise<Decided> {
  const orphans = refused.filter(({ refusal }) => isOrphan(refusal));
  const waiting = new Set<string | null>();
  for (const constraint of new Set(orphans.map(({ refusal }) => refusal.constraint)))
    if (await mayBringParent(constraint, deadline)) waiting.add(constraint);
  const mayWait = ({ refusal }: Orphan) => waiting.has(refusal.constraint);
  const lost = giveUp(
    orphans.filter((one) => !mayWait(one)),
    retryForeignKeysMs,
  );
  const others = refused.filter(({ refusal }) => !isOrphan(refusal));
  const rejected = others.map(({ item, refusal }) => rejection(item.record, refusal));
  return {
    rejected: [...rejected, ...lost.rejected],
    failed: lost.failed,
    orphans: orphans.filter(mayWait),
  };
}
