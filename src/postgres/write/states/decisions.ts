import type { Refusal } from '../judge/judgements.ts';
import { giveUp, isOrphan } from '../orphans.ts';
import { rejection } from '../rejection.ts';
import { NOTHING, type Written } from '../written.ts';
import { createClashes } from './clashes.ts';
import type { Held } from './held.ts';
import type { StatesParts } from './prepare-states.ts';
import type { State } from './state.ts';
import type { Taken } from './write-states.ts';

/** What becomes of states that are not taken. */
export interface Decisions {
  /** Those that are rejected, and those that fail. */
  readonly written: readonly Written[];
  reject(state: State, refusal: Refusal): void;
  fail(states: readonly State[], cause: unknown): void;
  /**
   * @param states a record that is refused, and those of its key behind it
   * @returns whether these may pass
   */
  decide(states: readonly State[], refusal: Refusal): boolean;
  /**
   * Decides about those that had rows of other keys in their way.
   *
   * @param attempt writes one
   * @throws what `attempt` throws that is no refusal
   */
  decideClashes(attempt: (state: State) => Promise<void>): Promise<void>;
  /** Those that are not decided yet. */
  open(): readonly State[];
}

/**
 * @param taken loses what is decided otherwise: a statement can have taken a record with the one that replaces it, before another was
 *   refused
 * @param retryMs see `writeSome`
 */
export function createDecisions(
  { removes }: Pick<StatesParts, 'removes'>,
  held: Held,
  taken: Taken,
  retryMs: number | null,
): Decisions {
  const written: Written[] = [];
  const clashes = createClashes();
  const forget = (states: readonly State[]) => {
    for (const state of states) taken.fates.delete(state);
  };

  function reject(state: State, refusal: Refusal): void {
    forget([state]);
    written.push({ ...NOTHING, rejected: [rejection(state.record, refusal)] });
  }

  function fail(states: readonly State[], cause: unknown): void {
    forget(states);
    written.push(held.fail(states, cause));
  }

  return {
    ...{ written, reject, fail },
    decide(states, refusal) {
      const [state] = states;
      if (!state || clashes.add(states, refusal)) return true;
      // What others refer to cannot be removed: that is no child without a parent.
      const orphan = isOrphan(refusal) && !removes(state) ? { item: state, refusal } : null;
      if (orphan && retryMs === null) {
        forget(states);
        held.park(orphan, states);
        return false;
      }
      const [young] = orphan ? giveUp([orphan], retryMs ?? 0).failed : [];
      if (young) fail(states, young.cause);
      else reject(state, refusal);
      return young === undefined;
    },
    async decideClashes(attempt) {
      for (const { state, refusal } of await clashes.retry((one) => taken.fates.has(one), attempt))
        reject(state, refusal);
    },
    open: clashes.open,
  };
}
