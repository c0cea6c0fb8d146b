import { type Figures, percentile } from './meter.ts';
import type { Reconciliation } from './reconcile.ts';
import { countFaults, isComplete, type SampleReconciliation } from './reconcile-samples.ts';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const format = (value: number) => number.format(value);
const ms = (value: number) => `${format(value)} ms`;

/** One line about a run that is under way. */
export function progressLine(
  figures: Figures,
  now: { produced: number; total: number; rate: number; stored: number; deadLetters: number },
): string {
  return [
    `${format(figures.acknowledged)} of ${format(now.total)} records`,
    `${format(now.rate)} records/s`,
    `lag ${format(now.produced - figures.acknowledged)}`,
    `stored ${format(now.stored)}`,
    `dead-lettered ${format(now.deadLetters)}`,
    `flush P95 ${ms(percentile(figures.flushMs.slice(-100), 0.95))}`,
  ].join(' | ');
}

/** The table at the end. */
export function summary(
  figures: Figures,
  found: Reconciliation,
  topics: number,
  peakRssBytes: number,
): string {
  const seconds = Math.max(1, figures.lastAt - figures.firstAt) / 1000;
  const { flushMs, latencyMs } = figures;
  const many = topics > 1 ? 's' : '';
  const reasons = Object.entries(found.byReason)
    .sort()
    .map(([reason, count]) => `${reason} ${format(count)}`);
  const fates: [string, string][] = [
    [`records in the topic${many}`, format(found.records)],
    [`rows in the table${many}`, format(found.rows)],
    ['dead letters', `${format(found.deadLetters)} (${reasons.join(', ')})`],
    ...(found.passedOver > 0
      ? [['passed over', format(found.passedOver)] satisfies [string, string]]
      : []),
    ['records/s', format(figures.acknowledged / seconds)],
    [
      'batches',
      `${format(flushMs.length)} (${format(figures.acknowledged / flushMs.length)} records on average)`,
    ],
    [
      'flush P50 / P95 / P99',
      [0.5, 0.95, 0.99].map((share) => ms(percentile(flushMs, share))).join(' / '),
    ],
    ['latency P95, timestamp to commit', ms(percentile(latencyMs, 0.95))],
    ['peak memory (RSS)', `${format(peakRssBytes / 1024 / 1024)} MiB`],
  ];
  return fates.map(([name, value]) => `  ${name.padEnd(34)}${value}`).join('\n');
}

/** The verdict, in one line. */
export function verdict(found: SampleReconciliation): string {
  const { notProduced, missing, doubled, unexpected } = countFaults(found);
  const counts = `missing ${missing}, doubled ${doubled}, unexpected ${unexpected}`;
  return isComplete(found)
    ? `Reconciliation: every record is accounted for (${counts}).`
    : `Reconciliation FAILED: ${counts}${notProduced > 0 ? `, not produced ${notProduced}` : ''}.`;
}
