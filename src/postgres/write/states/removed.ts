import { NOTHING, type Written } from '../written.ts';
import type { Unit } from './plan.ts';
import type { State } from './state.ts';

/** Rows that the batch has removed: nothing in the table tells their versions any more. */
export interface Removed {
  add(tombstones: readonly State[]): void;
  /** Takes out what is not newer than the removal of its row. */
  sift(
    states: readonly State[],
  ): Promise<{ readonly free: readonly State[]; readonly old: Written }>;
}

/** @param unitsOf tells which states have one key, and which is newer */
export function createRemoved(
  unitsOf: (states: readonly State[]) => Promise<readonly Unit[]>,
): Removed {
  /** By the texts of their keys: the last of each is the newest. */
  const removed = new Map<string, State>();

  return {
    add(tombstones) {
      for (const state of tombstones) removed.set(state.key, state);
    },
    async sift(states) {
      if (removed.size === 0 || states.length === 0) return { free: states, old: NOTHING };
      const gone = new Set(removed.values());
      const stale = new Set<State>();
      const equal = new Set<State>();
      for (const { states: all, ranks } of await unitsOf([...gone, ...states])) {
        const newest = Math.max(
          ...all.map((state, at) => (gone.has(state) ? (ranks[at] ?? 0) : 0)),
        );
        for (const [at, state] of all.entries()) {
          if (gone.has(state)) continue;
          if ((ranks[at] ?? 0) < newest) stale.add(state);
          else if (ranks[at] === newest) equal.add(state);
        }
      }
      const conflicts = [...stale].map(({ record }) => ({ record, rule: 'stale' as const }));
      const stored = [...equal].map(({ record }) => record);
      return {
        free: states.filter((state) => !(stale.has(state) || equal.has(state))),
        old: { ...NOTHING, conflicts, stored },
      };
    },
  };
}
