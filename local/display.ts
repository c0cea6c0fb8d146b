import type { Counts } from './proof/look.ts';
import type { Reconciliation } from './reconcile.ts';
import { countFaults, isComplete, type SampleReconciliation } from './reconcile-samples.ts';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number as it is shown, without fractions. */
export const count = (value: number) => (Number.isNaN(value) ? '–' : number.format(value));

/** One line about what is under way, since the counts `from`. */
export function progressLine(
  title: string,
  counts: Counts,
  { from, total, rate, detail }: { from: Counts; total: number; rate: number; detail: string },
): string {
  return [
    `${title}: ${count(counts.acknowledged - from.acknowledged)} of ${count(total)} records`,
    `${count(rate)} records/s`,
    `lag ${count(counts.lag)}`,
    `stored ${count(counts.stored - from.stored)}`,
    `dead-lettered ${count(counts.deadLettered - from.deadLettered)}`,
    ...(detail ? [detail] : []),
  ].join(' | ');
}

/**
 * Where the records of a run ended.
 *
 * @param figures more lines, of a name and a value
 */
export function summary(
  found: Reconciliation,
  topics: number,
  figures: readonly (readonly [string, string])[],
): string {
  const many = topics > 1 ? 's' : '';
  const reasons = Object.entries(found.byReason)
    .sort()
    .map(([reason, times]) => `${reason} ${count(times)}`);
  const lines: (readonly [string, string])[] = [
    [`records in the topic${many}`, count(found.records)],
    [`rows in the table${many}`, count(found.rows)],
    ['dead letters', `${count(found.deadLetters)} (${reasons.join(', ')})`],
    ...(found.passedOver > 0 ? [['passed over', count(found.passedOver)] as const] : []),
    ...(found.replaced > 0
      ? [['of a newer state, or deleted', count(found.replaced)] as const]
      : []),
    ...figures,
  ];
  return lines.map(([name, value]) => `  ${name.padEnd(34)}${value}`).join('\n');
}

/** The verdict, in one line. */
export function verdict(found: SampleReconciliation): string {
  const { notProduced, missing, doubled, unexpected } = countFaults(found);
  const counts = `missing ${missing}, doubled ${doubled}, unexpected ${unexpected}`;
  return isComplete(found)
    ? `Reconciliation: every record is accounted for (${counts}).`
    : `Reconciliation FAILED: ${counts}${notProduced > 0 ? `, not produced ${notProduced}` : ''}.`;
}
