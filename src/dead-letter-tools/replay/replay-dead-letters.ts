import type { RowChange } from '../../postgres/write/store-and-roll-back.ts';
import type { SinkError } from '../../record/errors.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { DeadLetterReading } from '../reading/read-message.ts';
import type { Acknowledger } from './acknowledger.ts';
import type { Ledger, Subject } from './ledger.ts';
import type { Changed, Prepared } from './prepare.ts';
import type { NamedDeadLetter, Sorted, Sorter } from './sorter.ts';
import type { Target } from './target.ts';

export interface DeadLetterParts {
  readonly prepare: (reading: DeadLetterReading) => Promise<Prepared>;
  readonly target: Target;
  readonly acknowledger: Acknowledger;
  readonly sorter: Sorter;
  readonly ledger: Ledger;
  /** Shows what a transform changes. */
  readonly diff: (changed: Changed) => readonly string[];
  /** Shows what becomes of the row of a record's key. */
  readonly diffRow: (record: SinkRecord, row: RowChange) => readonly string[];
}

interface Item extends NamedDeadLetter {
  readonly changes: readonly string[] | undefined;
}

/**
 * Replays the dead letters of one batch. A dead letter is deleted only after its record is safe.
 *
 * @returns why the replay must stop: records failed although nothing is wrong with them; null when it can go on
 */
export async function replayDeadLetters(
  { deadLetters, duplicates }: Pick<Sorted, 'deadLetters' | 'duplicates'>,
  { prepare, target, acknowledger, sorter, ledger, diff, diffRow }: DeadLetterParts,
): Promise<SinkError | null> {
  const items = new Map<SinkRecord, Item>();
  const safe: NamedDeadLetter[] = [];
  for (const deadLetter of deadLetters) {
    const { reading } = deadLetter;
    const prepared = await prepare(reading);
    if (prepared.kind === 'deliver') {
      const changes = prepared.changed ? diff(prepared.changed) : undefined;
      items.set(prepared.record, { ...deadLetter, changes });
      continue;
    }
    ledger.add(subjectOf(reading), prepared.ending, prepared.detail);
    if (prepared.kind === 'delete') safe.push(deadLetter);
  }

  const { done, repeats, refused, left, failed } = await target.deliver([...items.keys()]);
  for (const { record, ending, detail, row } of done) {
    const item = items.get(record);
    if (!item) continue;
    const changes = row ? [...(item.changes ?? []), ...diffRow(record, row)] : item.changes;
    ledger.add(subjectOf(item.reading), ending, detail, changes);
    safe.push(item);
  }
  for (const { record, why } of left) {
    const item = items.get(record);
    if (item) ledger.add(subjectOf(item.reading), 'left', why, item.changes);
  }
  ledger.countRepeats(repeats);
  for (const { record } of safe) sorter.setFate(record, 'done');
  await acknowledger.acknowledge(safe.map(({ reading }) => reading.message));

  const bad = refused.flatMap(({ record, message, rejected }) => {
    const item = items.get(record);
    return item ? [{ ...item, why: rejected ? `${rejected.reason}: ${message}` : message }] : [];
  });
  const uncounted = await acknowledger.countAttempt(bad.map(({ reading }) => reading));
  for (const { reading, record, why, changes } of bad) {
    const problem = uncounted.get(reading);
    sorter.setFate(record, 'kept');
    ledger.add(subjectOf(reading), 'rejected', problem ? `${why} (${problem})` : why, changes);
  }
  await acknowledgeDuplicates(duplicates, { acknowledger, sorter, ledger });
  return failed[0]?.cause ?? null;
}

/** Deletes duplicates when the record of the first dead letter is safe, or that dead letter is certainly in the queue. */
async function acknowledgeDuplicates(
  duplicates: Sorted['duplicates'],
  { acknowledger, sorter, ledger }: Pick<DeadLetterParts, 'acknowledger' | 'sorter' | 'ledger'>,
): Promise<void> {
  const superfluous = duplicates.filter(({ record }) => sorter.fateOf(record) !== undefined);
  for (const { reading } of superfluous) ledger.add(subjectOf(reading), 'duplicate');
  await acknowledger.acknowledge(superfluous.map(({ reading }) => reading.message));
}

export function subjectOf({ deadLetter, message }: DeadLetterReading): Subject {
  return { id: deadLetter.id, messageId: message.id };
}
