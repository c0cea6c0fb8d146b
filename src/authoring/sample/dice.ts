/** Numbers that look random and are the same each time. */
export interface Dice {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** A whole number of up to 48 bits. */
  large(): bigint;
}

const GOLDEN = 0x9e37_79b9;

/** @param seeds whole numbers; others give other dice */
export function createDice(...seeds: readonly number[]): Dice {
  let state = seeds.reduce((mixed, seed) => mix(mixed ^ seed), GOLDEN);
  /** 32 bits. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  const next = () => {
    state = (state + 0x6d2b_79f5) | 0;
    return mix(state);
  };
  const below = (count: number) => next() % count;
  return {
    below,
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
    large: () => (BigInt(next()) << 16n) | BigInt(next() & 0xffff),
  };
}

function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
