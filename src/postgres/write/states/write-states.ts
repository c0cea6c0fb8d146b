import type { Deadline } from '../../../timing/deadline.ts';
import { groupsOf, type Plan, planOf, type Step, statementsOf } from './plan.ts';
import type { StatesParts } from './prepare-states.ts';
import { type State, shapeOf } from './state.ts';

/** What became of states that PostgreSQL has taken, all of them. */
export interface WrittenStates {
  /** Not written: the table has the same version. */
  readonly there: readonly State[];
  /** Older than what the table has. */
  readonly stale: readonly State[];
  /** Taken, and not in the table: a trigger kept them out. */
  readonly keptOut: readonly State[];
}

/**
 * Writes states in their order; those of one key end as if each had been written alone.
 *
 * @throws whatever the statements throw; then some may be written, and it does no harm to write all again
 */
export async function writeStates(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
): Promise<WrittenStates> {
  const plans = await plansOf(states, parts, deadline);
  const stale: State[] = plans.flatMap((plan) => plan.stale);
  const there: State[] = [];
  const keptOut: State[] = [];
  for (const steps of statementsOf(plans)) {
    const asked = steps.map(({ state }) => state);
    const answer = await parts.write(asked, deadline);
    const left = (answer.left ?? []).map((place) => steps[place] as Step);
    if (left.length === 0) continue;
    const standings = await parts.stand(
      left.map(({ state }) => state),
      deadline,
    );
    for (const { position, missing, stale: isStale } of standings) {
      const { state, replaced } = left[position] as Step;
      // What it would have replaced is older yet.
      if (!missing) stale.push(...replaced);
      if (isStale) stale.push(state);
      else if (!missing) there.push(state);
      else if (!state.isTombstone) keptOut.push(state);
    }
  }
  return { stale, there, keptOut };
}

/** Keys whose texts differ can be equal to the table: where it matters, PostgreSQL says which are. */
async function plansOf(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
): Promise<readonly Plan[]> {
  const shape = states[0] && shapeOf(states[0]);
  const areSingle = new Set(states.map(({ key }) => key)).size === states.length;
  if (areSingle && states.every((state) => shapeOf(state) === shape))
    return states.map((state) => ({ stale: [], steps: [{ state, replaced: [] }] }));
  const compared = await parts.compare(states, deadline);
  return groupsOf(compared).map((places) =>
    planOf(
      places.map((place) => states[place] as State),
      places.map((place) => compared[place]?.rank ?? 0),
      parts.table,
    ),
  );
}
