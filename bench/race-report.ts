import type { Latency } from './latency.ts';
import type { Raced } from './race.ts';
import { describeMachine, LIMIT, machineLine } from './report.ts';
import { makeNotification } from './sample.ts';
import type { Expected } from './verify.ts';
import { PARTITIONS, type World } from './world.ts';

export function machineText(world: World, { records }: Expected): string {
  const bytes = Buffer.byteLength(JSON.stringify(makeNotification('backlog', records, new Date())));
  const settings =
    'its defaults (fsync on) and track_commit_timestamp, a data folder on local disk';
  return `${machineLine({ ...describeMachine(world.version), settings })}; Kafka 4 with ${PARTITIONS} partitions on the same machine; ${records.toLocaleString('en')} records of ${bytes} bytes.`;
}

export function settingsList(raced: readonly Raced[]): string {
  return raced.map(({ name, settings }) => `- **${name}**: ${settings}`).join('\n');
}

/** Medians over the rounds. */
export function drainTable(raced: readonly Raced[]): string {
  const limit = raced.find(({ name }) => name === LIMIT)?.figures.steadyRate.median;
  const ours = raced[0]?.figures.steadyRate.median ?? Number.NaN;
  const rows = raced.map(({ name, figures }) => {
    const of = (key: keyof Raced['figures'], digits = 0) =>
      figures[key].median.toLocaleString('en', {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
    const steady = figures.steadyRate.median;
    return [
      name,
      of('steadyRate'),
      of('lateRate'),
      limit === undefined ? '–' : (steady / limit).toFixed(2),
      (ours / steady).toFixed(2),
      of('steadyCpuSeconds', 2),
      of('firstRowSeconds', 1),
      of('wholeSeconds', 1),
      of('wholeRate'),
      of('cpuSeconds', 1),
      of('peakRssMb'),
    ];
  });
  const head = [
    '',
    'records/s, 10–90 %',
    '50–90 %',
    'share of the limit',
    'the first is × as fast',
    'CPU s for 100,000',
    'first row after s',
    'last row after s',
    'records/s, start included',
    'CPU s, start included',
    'peak RSS MB',
  ];
  return markdown(head, rows);
}

export function latencyTable(
  all: readonly { readonly name: string; readonly latencies: readonly Latency[] }[],
): string {
  const [first] = all;
  const rates = (first?.latencies ?? []).map(({ rate, records }) =>
    rate > 0 ? `${rate.toLocaleString('en')}/s` : `${records.toLocaleString('en')} at full speed`,
  );
  const head = ['P50 / P95 / P99 in ms', ...rates];
  const rows = all.map(({ name, latencies }) => [
    name,
    ...latencies.map(({ p50, p95, p99 }) =>
      [p50, p95, p99].map((ms) => Math.round(ms).toLocaleString('en')).join(' / '),
    ),
  ]);
  return markdown(head, rows);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
