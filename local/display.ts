import type { Drained, Figures } from './figures.ts';
import type { Reconciliation } from './reconcile.ts';
import { countFaults, isComplete, type SampleReconciliation } from './reconcile-samples.ts';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const format = (value: number) => number.format(value);
const ms = (value: number) => `${format(value)} ms`;

export function producingLine(topics: readonly string[], samples: number, records: number): string {
  return topics.length === 1
    ? `Producing ${samples} samples (${records} records) to the topic ${topics[0]}`
    : `Producing ${samples} samples to each of the topics ${topics.join(', ')} (${records} records)`;
}

export function matchingLine(topics: number): string {
  return topics === 1
    ? 'Matching every record of the topic with the table and the queue'
    : 'Matching every record of the topics with the tables and the queue';
}

/** One line about a run that is under way. */
export function progressLine(
  { acknowledged, deadLettered, flushMs: [, p95] }: Figures,
  total: number,
  rate: number,
): string {
  return [
    `${format(acknowledged)} of ${format(total)} records`,
    `${format(rate)} records/s`,
    `stored ${format(acknowledged - deadLettered)}`,
    `dead-lettered ${format(deadLettered)}`,
    `flush P95 ${ms(p95)}`,
  ].join(' | ');
}

/** What a run should show; see docs/requirements.md. */
const RATE = 10_000;
const FLUSH_MS = 200;
const RSS_BYTES = 100e6;

/** The table at the end. */
export function summary(
  { acknowledged, batches, flushMs, recordsPerSecond, peakRssBytes }: Drained,
  found: Reconciliation,
  topics: number,
): string {
  const many = topics > 1 ? 's' : '';
  const reasons = Object.entries(found.byReason)
    .sort()
    .map(([reason, count]) => `${reason} ${format(count)}`);
  const isFast = judge(recordsPerSecond >= RATE, `at least ${format(RATE)}`);
  const isQuick = judge(flushMs[1] < FLUSH_MS, `P95 below ${ms(FLUSH_MS)}`);
  const isSmall = judge(peakRssBytes < RSS_BYTES, `below ${format(RSS_BYTES / 1e6)} MB`);
  const fates: [string, string][] = [
    [`records in the topic${many}`, format(found.records)],
    [`rows in the table${many}`, format(found.rows)],
    ['dead letters', `${format(found.deadLetters)} (${reasons.join(', ')})`],
    ...(found.passedOver > 0
      ? [['passed over', format(found.passedOver)] satisfies [string, string]]
      : []),
    ['records/s', `${format(recordsPerSecond)} (${isFast})`],
    ['batches', `${format(batches)} (${format(acknowledged / batches)} records on average)`],
    ['flush P50 / P95 / P99', `${flushMs.map(ms).join(' / ')} (${isQuick})`],
    ['peak memory of the sink (RSS)', `${format(peakRssBytes / 1e6)} MB (${isSmall})`],
  ];
  return fates.map(([name, value]) => `  ${name.padEnd(34)}${value}`).join('\n');
}

function judge(isMet: boolean, target: string): string {
  return `${isMet ? 'met' : 'MISSED'}: ${target}`;
}

/** The verdict, in one line. */
export function verdict(found: SampleReconciliation): string {
  const { notProduced, missing, doubled, unexpected } = countFaults(found);
  const counts = `missing ${missing}, doubled ${doubled}, unexpected ${unexpected}`;
  return isComplete(found)
    ? `Reconciliation: every record is accounted for (${counts}).`
    : `Reconciliation FAILED: ${counts}${notProduced > 0 ? `, not produced ${notProduced}` : ''}.`;
}
