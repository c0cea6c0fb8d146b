import type { Backlog } from './backlog.ts';
import type { Contender } from './contenders/contender.ts';
import { drain } from './drain.ts';
import type { DrainFigures } from './figures.ts';
import { type Stats, statsOf } from './stats.ts';
import type { KafkaWorld } from './world.ts';

/** What a contender took over all rounds. */
export interface Raced {
  readonly name: string;
  readonly settings: string;
  readonly figures: Readonly<Record<keyof DrainFigures, Stats>>;
  /** Turn by turn. */
  readonly rounds: readonly DrainFigures[];
}

/**
 * Lets contenders drain the same backlog in turns (A B C A B C …), so that whatever else the machine does meanwhile hits
 * all of them.
 */
export async function race(
  contenders: readonly Contender[],
  world: KafkaWorld,
  backlog: Backlog,
  rounds: number,
): Promise<Raced[]> {
  const taken = contenders.map((): DrainFigures[] => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const figures = await drain(contender, world, backlog);
      taken[index]?.push(figures);
      console.error(
        `… round ${round} of ${rounds}: ${contender.name}: ${Math.round(figures.steadyRate)} records/s`,
      );
    }
  }
  return contenders.map(({ name, settings }, index) => ({
    name,
    settings,
    figures: summarise(taken[index] ?? []),
    rounds: taken[index] ?? [],
  }));
}

function summarise(rounds: readonly DrainFigures[]): Raced['figures'] {
  const names = Object.keys(rounds[0] ?? {}) as (keyof DrainFigures)[];
  const entries = names.map((name) => [name, statsOf(rounds.map((round) => round[name]))]);
  return Object.fromEntries(entries);
}

/**
 * How much more one has of a figure than another: the median of the ratios within each round, as what the machine does
 * besides differs less within a round than between them.
 */
export function ratioOf(one: Raced, other: Raced, key: keyof DrainFigures): number {
  const ratios = one.rounds.flatMap((figures, round) => {
    const theirs = other.rounds[round];
    return theirs === undefined ? [] : [figures[key] / theirs[key]];
  });
  return statsOf(ratios).median;
}
