import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Time in ms between two samples. */
const INTERVAL_MS = 100;

/** Milliseconds since 1970, and the CPU seconds that were used until then. */
export type CpuSample = readonly [at: number, seconds: number];

/** What a process took so far. */
export interface Consumption {
  readonly cpu: readonly CpuSample[];
  /** The largest resident set that it ever had, in MB. */
  readonly peakRssMb: number;
}

/**
 * Watches a process, its threads included, in Linux's /proc: `utime` and `stime` of `stat`, `VmHWM` of `status`
 * (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
 */
export function watchProcess(pid: number): { read(): Consumption; stop(): void } {
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const cpu: CpuSample[] = [];
  let peakRssMb = 0;
  const sample = () => {
    try {
      // The second field is the program's name in brackets, which may hold anything.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      cpu.push([Date.now(), (Number(stat[11]) + Number(stat[12])) / ticks]);
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peakRssMb = (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024) / 1e6;
    } catch {
      // It has ended; what it took until then stands.
    }
  };
  sample();
  const timer = setInterval(sample, INTERVAL_MS);
  return {
    read: () => {
      sample();
      return { cpu: [...cpu], peakRssMb };
    },
    stop: () => clearInterval(timer),
  };
}
