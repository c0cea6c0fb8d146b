import { markdownTable } from '../local/markdown.ts';
import type { Backlog } from './backlog.ts';
import type { Contender } from './contenders/contender.ts';
import type { DrainFigures } from './figures.ts';
import type { Latency } from './latency.ts';
import { type Raced, ratioOf } from './race.ts';
import { describeMachine, LIMIT, machineLine } from './report.ts';
import { PARTITIONS } from './sample.ts';
import type { World } from './world.ts';

export function machineText(world: World, { text }: Backlog, turns: number): string {
  const settings =
    'its defaults (fsync on) and track_commit_timestamp, a data folder on local disk';
  return `${machineLine({ ...describeMachine(world.version), settings })}; Kafka 4 with ${PARTITIONS} partitions on the same machine; ${text}, ${turns} turns each.`;
}

export function settingsList(raced: readonly Raced[]): string {
  return raced.map(({ name, settings }) => `- **${name}**: ${settings}`).join('\n');
}

type Key = keyof DrainFigures;

/** How fast, and how much faster ours are: medians over the rounds, of the ratios within each too. */
export function rateTable(raced: readonly Raced[], ours: readonly Contender[]): string {
  const limits = raced.filter(({ name }) => name === LIMIT);
  const own = raced.filter(({ name }) => ours.some((our) => our.name === name));
  const rates = (one: Raced, key: 'steadyRate' | 'lateRate') => [
    show(one.figures[key].median),
    ...limits.map((limit) => ratioOf(one, limit, key).toFixed(2)),
    ...own.map((our) => ratioOf(our, one, key).toFixed(2)),
  ];
  const ratios = [
    ...limits.map(() => 'share of the limit'),
    ...own.map(({ name }) => `${name} ÷ it`),
  ];
  const head = ['', 'records/s, 10–90 %', ...ratios, 'records/s, 50–90 %', ...ratios];
  const rows = raced.map((one) => [
    one.name,
    ...rates(one, 'steadyRate'),
    ...rates(one, 'lateRate'),
  ]);
  return markdownTable(head, rows);
}

const COSTS: readonly (readonly [head: string, key: Key, digits: number])[] = [
  ['CPU s for 100,000', 'steadyCpuSeconds', 2],
  ["PostgreSQL's CPU s for them", 'steadyServerCpuSeconds', 2],
  ['peak RSS MB', 'peakRssMb', 0],
  ['first row after s', 'firstRowSeconds', 1],
  ['last row after s', 'wholeSeconds', 1],
  ['records/s, start included', 'wholeRate', 0],
  ['CPU s, start included', 'cpuSeconds', 1],
];

/** At what cost, and how soon: medians over the rounds. */
export function costTable(raced: readonly Raced[]): string {
  const rows = raced.map(({ name, figures }) => [
    name,
    ...COSTS.map(([, key, digits]) => show(figures[key].median, digits)),
  ]);
  return markdownTable(['', ...COSTS.map(([head]) => head)], rows);
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
  return markdownTable(head, rows);
}

function show(value: number, digits = 0): string {
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
