import { childrenOf, hasProc, readProc, ticksOf } from '../processes.ts';

/** What used the CPU beside this run, as shares of all that the machine has. */
export interface OtherUse {
  /** Processes that are not of this run. */
  readonly others: number;
  /** What the host gave to other machines. */
  readonly steal: number;
}

/** Often enough that little is lost with a process that ends when its parent is gone already. */
const INTERVAL_MS = 250;

/** Above these, the figures of a run say little about the sink. */
const BUSY = { others: 0.2, steal: 0.05 } as const;

/** Whether too much beside the run used the CPU. */
export function isBusy({ others, steal }: OtherUse): boolean {
  return others > BUSY.others || steal > BUSY.steal;
}

/**
 * Watches the CPU: the whole machine's, and that of this process with all that it has started.
 *
 * @returns ends the watching; null where the system does not tell
 */
export function watchCpu(): () => OtherUse | null {
  if (!hasProc()) return () => null;
  const begin = machineTicks();
  let before = treeTicks(process.pid);
  let own = 0;
  const sample = () => {
    const now = treeTicks(process.pid);
    // Less than before: a parent was killed, and nobody has the time of its children.
    own += Math.max(0, now - before);
    before = now;
  };
  const timer = setInterval(sample, INTERVAL_MS).unref();
  return () => {
    clearInterval(timer);
    sample();
    const end = machineTicks();
    const all = Math.max(1, end.all - begin.all);
    const steal = end.steal - begin.steal;
    const others = end.used - begin.used - own;
    return { others: Math.max(0, others) / all, steal: steal / all };
  };
}

/** Time of all processors since the machine's start, in ticks: https://man7.org/linux/man-pages/man5/proc_stat.5.html */
function machineTicks(): { all: number; used: number; steal: number } {
  const line = /^cpu +(.*)$/m.exec(readProc('stat'))?.[1] ?? '';
  // Guests, which follow, are in the user time already.
  const times = line.split(' ').map(Number).slice(0, 8);
  const [, , , idle = 0, waiting = 0, , , steal = 0] = times;
  const all = times.reduce((sum, one) => sum + one, 0);
  return { all, used: all - idle - waiting - steal, steal };
}

/** Time of a process, of its children, and of theirs. */
function treeTicks(pid: number): number {
  const { own, ended } = ticksOf(pid);
  return childrenOf(pid).reduce((sum, child) => sum + treeTicks(child), own + ended);
}
