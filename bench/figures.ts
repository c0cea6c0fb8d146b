import type { Consumption, CpuSample } from './meter.ts';

/** A transaction of a contender: when it was committed, in ms since 1970, and how many rows it stored. */
export interface Commit {
  readonly at: number;
  readonly rows: number;
}

/** What draining a backlog took. */
export interface DrainFigures {
  /** From the start of the process to its first committed row. */
  readonly firstRowSeconds: number;
  /** From the start of the process to the last committed row. */
  readonly wholeSeconds: number;
  /** By `wholeSeconds`. */
  readonly wholeRate: number;
  /** Rows a second between the commits of 10 and of 90 % of the rows. */
  readonly steadyRate: number;
  /** The same between 50 and 90 %: higher, where a contender needs time to warm up. */
  readonly lateRate: number;
  /** CPU seconds of the process from its start to the last row. */
  readonly cpuSeconds: number;
  /** CPU seconds for 100,000 rows between 10 and 90 % of the rows. */
  readonly steadyCpuSeconds: number;
  /** The same of PostgreSQL. */
  readonly steadyServerCpuSeconds: number;
  readonly peakRssMb: number;
}

/**
 * @param start of the process, in ms since 1970
 * @param commits in any order
 */
export function figuresOf(
  start: number,
  commits: readonly Commit[],
  { cpu, peakRssMb, serverCpu }: Consumption,
): DrainFigures {
  const sorted = commits.toSorted((a, b) => a.at - b.at);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) throw new Error('Nothing was committed.');
  const rows = sorted.reduce((sum, one) => sum + one.rows, 0);
  const steady = between(sorted, rows, 0.1, 0.9);
  const late = between(sorted, rows, 0.5, 0.9);
  const forEach100k = (samples: readonly CpuSample[]) =>
    ((cpuAt(samples, steady.to) - cpuAt(samples, steady.from)) / steady.rows) * 100_000;
  const wholeSeconds = (last.at - start) / 1000;
  return {
    firstRowSeconds: (first.at - start) / 1000,
    wholeSeconds,
    wholeRate: rows / wholeSeconds,
    steadyRate: (steady.rows / (steady.to - steady.from)) * 1000,
    lateRate: (late.rows / (late.to - late.from)) * 1000,
    cpuSeconds: cpuAt(cpu, last.at),
    steadyCpuSeconds: forEach100k(cpu),
    steadyServerCpuSeconds: forEach100k(serverCpu),
    peakRssMb,
  };
}

/** From the commit that reaches one share of the rows to that which reaches another, and the rows of those after the first. */
function between(sorted: readonly Commit[], rows: number, low: number, high: number) {
  let sum = 0;
  let start: { at: number; sum: number } | undefined;
  for (const { at, rows: these } of sorted) {
    sum += these;
    if (start === undefined && sum >= low * rows) start = { at, sum };
    else if (start !== undefined && sum >= high * rows && at > start.at)
      return { from: start.at, to: at, rows: sum - start.sum };
  }
  throw new Error('Too few transactions to tell a rate.');
}

/** The CPU seconds used until a moment, between the samples around it. */
function cpuAt(samples: readonly CpuSample[], at: number): number {
  const next = samples.findIndex(([time]) => time >= at);
  if (next === -1) return samples.at(-1)?.[1] ?? Number.NaN;
  const [time, seconds] = samples[next] as CpuSample;
  const [before, secondsBefore] = samples[next - 1] ?? [time, seconds];
  if (time === before) return seconds;
  return secondsBefore + ((at - before) / (time - before)) * (seconds - secondsBefore);
}
