import type { SinkError } from '../../record/errors.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { LetterReading } from '../reading/read-message.ts';
import type { Settler } from './acknowledger.ts';
import type { Ledger, Subject } from './ledger.ts';
import type { Prepared } from './prepare.ts';
import type { NamedLetter, Sorted, Sorter } from './sorter.ts';
import type { Target } from './target.ts';

export interface LettersParts {
  readonly prepare: (reading: LetterReading) => Promise<Prepared>;
  readonly target: Target;
  readonly settler: Settler;
  readonly sorter: Sorter;
  readonly ledger: Ledger;
  /** Shows what a transform changes. */
  readonly diff: (mended: { before: Buffer | null; after: Buffer }) => readonly string[];
}

interface Item extends NamedLetter {
  readonly changes: readonly string[] | undefined;
}

/**
 * Replays the letters of one batch. A letter is deleted only after its record is safe.
 *
 * @returns why the replay must stop: records were not taken although nothing is wrong with them; null where it can go on
 */
export async function replayLetters(
  { letters, seconds }: Pick<Sorted, 'letters' | 'seconds'>,
  { prepare, target, settler, sorter, ledger, diff }: LettersParts,
): Promise<SinkError | null> {
  const items = new Map<SinkRecord, Item>();
  const settled: NamedLetter[] = [];
  for (const letter of letters) {
    const { reading } = letter;
    const prepared = await prepare(reading);
    if (prepared.kind === 'deliver') {
      const changes = prepared.mended ? diff(prepared.mended) : undefined;
      items.set(prepared.record, { ...letter, changes });
      continue;
    }
    ledger.add(subjectOf(reading), prepared.ending, prepared.detail);
    if (prepared.kind === 'delete') settled.push(letter);
  }

  const { done, repeats, refused, failed } = await target.deliver([...items.keys()]);
  for (const { record, ending } of done) {
    const item = items.get(record);
    if (!item) continue;
    ledger.add(subjectOf(item.reading), ending, '', item.changes);
    settled.push(item);
  }
  ledger.countRepeats(repeats);
  for (const { record } of settled) sorter.settle(record, 'done');
  await settler.remove(settled.map(({ reading }) => reading.message));

  const bad = refused.flatMap(({ record, message, rejected }) => {
    const item = items.get(record);
    return item ? [{ ...item, why: rejected ? `${rejected.reason}: ${message}` : message }] : [];
  });
  const uncounted = await settler.countAttempt(bad.map(({ reading }) => reading));
  for (const { reading, record, why, changes } of bad) {
    const problem = uncounted.get(reading);
    sorter.settle(record, 'kept');
    ledger.add(subjectOf(reading), 'refused', problem ? `${why} (${problem})` : why, changes);
  }
  await settleSeconds(seconds, { settler, sorter, ledger });
  return failed[0]?.cause ?? null;
}

/** Deletes second letters where the first one of their record is settled, or in the queue for certain. */
async function settleSeconds(
  seconds: Sorted['seconds'],
  { settler, sorter, ledger }: Pick<LettersParts, 'settler' | 'sorter' | 'ledger'>,
): Promise<void> {
  const superfluous = seconds.filter(({ record }) => sorter.fateOf(record) !== undefined);
  for (const { reading } of superfluous) ledger.add(subjectOf(reading), 'second');
  await settler.remove(superfluous.map(({ reading }) => reading.message));
}

export function subjectOf({ letter, message }: LetterReading): Subject {
  return { id: letter.id, messageId: message.id };
}
