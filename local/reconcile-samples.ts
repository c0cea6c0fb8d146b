import type { SinkRecord } from '../src/record/record.ts';
import {
  type FoundDeadLetter,
  type Reconciliation,
  reconcile,
  type StoredRow,
} from './reconcile.ts';
import { copiesOf, indexOf, makeSample } from './samples.ts';

/** Where the samples of a run ended. */
export interface SampleReconciliation extends Reconciliation {
  /** Samples whose records are not in the topic as often as they were sent. */
  readonly notProduced: number;
}

/**
 * Matches every record of the topic with the table and the queue, and the samples with the topic.
 *
 * @param samples how many were sent
 */
export async function reconcileSamples(
  samples: number,
  run: number,
  records: AsyncIterable<SinkRecord>,
  rows: readonly StoredRow[],
  deadLetters: readonly FoundDeadLetter[],
): Promise<SampleReconciliation> {
  const copies = new Map<number, number>();
  const sampleOf = (record: SinkRecord) => {
    const index = indexOf(record);
    copies.set(index, (copies.get(index) ?? 0) + 1);
    return makeSample(index, run);
  };
  const found = await reconcile(records, sampleOf, rows, deadLetters);
  let notProduced = 0;
  for (let index = 0; index < samples; index += 1)
    if ((copies.get(index) ?? 0) < copiesOf(index)) notProduced += 1;
  return { ...found, notProduced };
}

/** Whether every record is accounted for, once. */
export function isComplete(found: SampleReconciliation): boolean {
  const { notProduced, missing, doubled, unexpected } = countFaults(found);
  return notProduced + missing + doubled + unexpected === 0;
}

/** What is wrong, by kind. Nothing is delivered again in a run, so that a second dead letter is wrong, too. */
export function countFaults(found: SampleReconciliation) {
  return {
    notProduced: found.notProduced,
    missing: found.missing,
    doubled: found.doubledRows + found.repeatedDeadLetters,
    unexpected: found.wrongRows + found.falseDeadLetters + found.wrongReasons,
  };
}
