import { type Stats, statsOf } from './stats.ts';

/** One way of doing the job. */
export interface Contender {
  readonly name: string;
  /** Makes what one turn needs; not measured. What it returns does the job once, and is measured. */
  prepare(): () => Promise<unknown>;
}

/** What a contender took. */
export interface Result {
  readonly name: string;
  /** Milliseconds. */
  readonly time: Stats;
  /** CPU of this process in milliseconds, user and system. */
  readonly cpu: Stats;
}

/**
 * Lets the contenders take turns (A B C A B C …), so that whatever else the machine does meanwhile hits all of them. Before
 * each turn the garbage of the one before is collected, where Node.js runs with `--expose-gc`.
 *
 * @param after is called after each turn, for example to empty a table; not measured. Where it was called after each round, the
 *   first had the smallest table, and the fastest index
 * @param rounds turns of each that count; a tenth more before them, at least two, do not
 */
export async function contest(
  contenders: readonly Contender[],
  after: () => Promise<void>,
  rounds: number,
): Promise<Result[]> {
  const warmUp = Math.max(2, Math.ceil(rounds / 10));
  const taken = contenders.map(() => ({ time: [] as number[], cpu: [] as number[] }));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const run = contender.prepare();
      globalThis.gc?.({ type: 'minor' });
      const cpu = process.cpuUsage();
      const start = performance.now();
      await run();
      const ms = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      await after();
      if (round < 0) continue;
      taken[index]?.time.push(ms);
      taken[index]?.cpu.push((user + system) / 1000);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    time: statsOf(taken[index]?.time ?? []),
    cpu: statsOf(taken[index]?.cpu ?? []),
  }));
}
