import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Whether there is a /proc as Linux has it. https://man7.org/linux/man-pages/man5/proc.5.html */
export function hasProc(): boolean {
  return existsSync(`/proc/self/task/${process.pid}/children`);
}

/** A file of /proc; empty where it is not there, as for a process that has ended. */
export function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** User and system time of a process in clock ticks, and of its children that have ended; none once it has ended itself. */
export function ticksOf(pid: number): { own: number; ended: number } {
  // The second field is the program's name in brackets, which may hold anything.
  const fields = readProc(`${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { own: utime + stime, ended: cutime + cstime };
}

/** The processes that a process has started by its first thread and that still run. */
export function childrenOf(pid: number): number[] {
  const pids = readProc(`${pid}/task/${pid}/children`).trim();
  return pids === '' ? [] : pids.split(' ').map(Number);
}

/** Time in ms between two looks at the memory of a process. */
const LOOK_MS = 500;

/**
 * Watches the memory of a process.
 *
 * @returns the largest resident set so far, in MB
 */
export function watchMemory(pid: number): () => number {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, peakMemoryOf(pid));
    return peak;
  };
  setInterval(look, LOOK_MS).unref();
  return look;
}

/** The largest resident set that a process ever had, in MB; without /proc the one that it has now; 0 once it has ended. */
export function peakMemoryOf(pid: number): number {
  const kilobytes = hasProc()
    ? /^VmHWM:\s+(\d+) kB/m.exec(readProc(`${pid}/status`))?.[1]
    : residentSet(pid);
  return (Number(kilobytes ?? 0) * 1024) / 1e6;
}

function residentSet(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return ''; // it has ended
  }
}
