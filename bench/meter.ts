import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { peakRssOf } from '../local/look.ts';

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
  if (!existsSync(`/proc/self/task/${process.pid}/children`))
    throw new Error('CPU and memory are read from /proc as Linux has it, and there is none here.');
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const cpu: CpuSample[] = [];
  const serverCpu: CpuSample[] = [];
  let peakRssMb = 0;
  const sample = () => {
    const at = Date.now();
    cpu.push([at, ticksOf(pid).own / ticks]);
    peakRssMb = Math.max(peakRssMb, peakRssOf(pid) / 1e6);
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

/** User and system time of a process, and of its children that have ended; none once it has ended itself. */
function ticksOf(pid: number): { own: number; ended: number } {
  // The second field is the program's name in brackets, which may hold anything.
  const fields = read(`${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { own: utime + stime, ended: cutime + cstime };
}

function childrenOf(pid: number): number[] {
  return read(`${pid}/task/${pid}/children`).trim().split(' ').map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
