import { type Stats, statsOf } from './stats.ts';

/** One way of doing the job. */
export interface Contender<Input> {
  readonly name: string;
  /** Does it once; what it takes is measured. */
  run(input: Input): Promise<unknown>;
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
 * Lets the contenders take turns (A B C A B C …), so that whatever else the machine does meanwhile hits all of them.
 *
 * @param input makes the input of one turn; not measured
 * @param after is called after each round, for example to empty a table; not measured
 * @param rounds turns of each that count; a tenth more before them, at least two, do not
 */
export async function contest<Input>(
  contenders: readonly Contender<Input>[],
  input: () => Input,
  after: () => Promise<void>,
  rounds: number,
): Promise<Result[]> {
  const warmUp = Math.max(2, Math.ceil(rounds / 10));
  const taken = contenders.map(() => ({ time: [] as number[], cpu: [] as number[] }));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const given = input();
      const cpu = process.cpuUsage();
      const start = performance.now();
      await contender.run(given);
      const ms = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      if (round < 0) continue;
      taken[index]?.time.push(ms);
      taken[index]?.cpu.push((user + system) / 1000);
    }
    await after();
  }
  return contenders.map(({ name }, index) => ({
    name,
    time: statsOf(taken[index]?.time ?? []),
    cpu: statsOf(taken[index]?.cpu ?? []),
  }));
}
