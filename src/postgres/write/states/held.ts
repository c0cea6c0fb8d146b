import { StoreError } from '../../../record/errors.ts';
import { partitionName } from '../../../record/partition.ts';
import type { Orphan } from '../orphans.ts';
import { failed, merge, NOTHING, type Written } from '../written.ts';
import type { Unit } from './plan.ts';
import type { State } from './state.ts';

/** Keys of a batch at which a record has failed, or waits for a parent: none of the key gets past it. */
export interface Held {
  /** Has records of before that come again keep those of their keys behind them. */
  wait(states: readonly State[]): void;
  /** Fails records; those of their keys that come later fail with them. */
  fail(states: readonly State[], cause: unknown): Written;
  /** Has a record that a foreign key refuses wait, and those of its key behind it. */
  park(orphan: Orphan, states: readonly State[]): void;
  /** The foreign keys that records wait for. */
  constraints(): ReadonlySet<string | null>;
  /** Those that wait, in their order; they wait no longer. */
  release(): readonly State[];
  /** Takes out what is behind a record that is held. */
  sift(
    states: readonly State[],
  ): Promise<{ readonly free: readonly State[]; readonly held: Written }>;
}

/** @param unitsOf tells which states have one key */
export function createHeld(unitsOf: (states: readonly State[]) => Promise<readonly Unit[]>): Held {
  /** By a record of each key. */
  const causes = new Map<State, unknown>();
  const parked = new Map<State, { readonly orphan: Orphan; readonly states: State[] }>();

  return {
    wait(states) {
      for (const state of states) causes.set(state, BEHIND);
    },
    fail(states, cause) {
      for (const state of states) causes.set(state, cause);
      const records = states.map(({ record }) => record);
      return { ...NOTHING, failed: failed(records, cause) };
    },
    park(orphan, states) {
      parked.set(states[0] as State, { orphan, states: [...states] });
    },
    constraints: () => new Set([...parked.values()].map(({ orphan }) => orphan.refusal.constraint)),
    release() {
      const all = [...parked.values()].flatMap(({ states }) => states);
      parked.clear();
      return all;
    },
    async sift(states) {
      const firsts = new Set([...causes.keys(), ...parked.keys()]);
      if (firsts.size === 0) return { free: states, held: NOTHING };
      const taken = new Set<State>();
      const failures: Written[] = [];
      for (const unit of await unitsOf([...firsts, ...states])) {
        const [first] = unit.states;
        if (!first || !firsts.has(first)) continue;
        const behind = unit.states.filter((state) => !firsts.has(state) && !isBefore(state, first));
        for (const state of behind) taken.add(state);
        const waiting = unit.states.map((state) => parked.get(state)).find((one) => one);
        if (waiting) waiting.states.push(...behind);
        else failures.push(this.fail(behind, causes.get(first)));
      }
      return { free: states.filter((state) => !taken.has(state)), held: merge(failures) };
    },
  };
}

const BEHIND = new StoreError(
  'transient',
  'A record of its key that came before it waits to be delivered again.',
  null,
  null,
);

/** Whether a record comes before another in their partition. */
const isBefore = ({ record }: State, other: State): boolean =>
  partitionName(record) === partitionName(other.record) && record.offset < other.record.offset;
