import { execFileSync } from 'node:child_process';
import { childrenOf, hasProc, peakMemoryOf, ticksOf } from '../local/processes.ts';

/** Time in ms between two samples. */
const INTERVAL_MS = 100;

/** Milliseconds since 1970, and the CPU seconds that were used until then. */
export type CpuSample = readonly [at: number, seconds: number];

/** What processes took so far. */
export interface Consumption {
  /** Of the contender. */
  readonly cpu: readonly CpuSample[];
  /** The largest resident set that it ever had, in MB. */
  readonly peakRssMb: number;
  /** Of PostgreSQL, all its processes. */
  readonly serverCpu: readonly CpuSample[];
}

/**
 * Watches a contender, its threads included, and PostgreSQL, in Linux's /proc.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 *
 * @param pid of the contender
 * @param postmaster pid of PostgreSQL's first process
 * @throws Error of one line where there is no such /proc
 */
export function watch(pid: number, postmaster: number): { read(): Consumption; stop(): void } {
  if (!hasProc())
    throw new Error('CPU and memory are read from /proc as Linux has it, and there is none here.');
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const cpu: CpuSample[] = [];
  const serverCpu: CpuSample[] = [];
  let peakRssMb = 0;
  const sample = () => {
    const at = Date.now();
    cpu.push([at, ticksOf(pid).own / ticks]);
    peakRssMb = Math.max(peakRssMb, peakMemoryOf(pid));
    // The backends that have ended are in the postmaster's sum.
    const { own, ended } = ticksOf(postmaster);
    const children = childrenOf(postmaster).map((child) => ticksOf(child).own);
    serverCpu.push([at, (own + ended + sum(children)) / ticks]);
  };
  sample();
  const timer = setInterval(sample, INTERVAL_MS);
  return {
    read: () => {
      sample();
      return { cpu: [...cpu], peakRssMb, serverCpu: [...serverCpu] };
    },
    stop: () => clearInterval(timer),
  };
}

const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
