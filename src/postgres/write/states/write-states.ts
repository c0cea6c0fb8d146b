import type { Deadline } from '../../../timing/deadline.ts';
import { groupsOf, type Plan, planOf, type Step, statementsOf } from './plan.ts';
import type { StatesParts } from './prepare-states.ts';
import { type State, shapeOf } from './state.ts';

/** What became of states that PostgreSQL has taken, all of them. */
export interface WrittenStates {
  /** How many rows are others now. */
  readonly written: number;
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
  const keptOut: State[] = [];
  let written = 0;
  for (const steps of statementsOf(plans)) {
    const asked = steps.map(({ state }) => state);
    const count = await parts.write(asked, deadline);
    written += count;
    if (count === new Set(asked.map(({ key }) => key)).size) continue;
    const standings = await parts.stand(asked, deadline);
    const isStale = new Set(standings.flatMap(({ position, stale }) => (stale ? [position] : [])));
    const groups = Map.groupBy(standings, ({ group }) => group);
    for (const { position, group, missing } of standings) {
      const { state, replaced } = steps[position] as Step;
      // Those of a key share the fate of the newest of them; what it would have replaced is older.
      if (groups.get(group)?.every((one) => isStale.has(one.position)))
        stale.push(state, ...replaced);
      else if (missing && !state.isTombstone) keptOut.push(state);
    }
  }
  return { written, stale, keptOut };
}

/** So many records of a key are worth a question of its own, which is asked by key and version alone. */
const MANY = 2;

async function newestOf(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
): Promise<readonly Plan[]> {
  const found = await parts.newest(states, deadline);
  const newest = new Set(found.map(({ position }) => states[position] as State));
  const others = Map.groupBy(
    states.filter((state) => !newest.has(state)),
    ({ key }) => key,
  );
  return [...newest].map((state) => ({
    stale: [],
    steps: [{ state, replaced: others.get(state.key) ?? [] }],
  }));
}

/**
 * Where all records write the same columns in the same way, the newest of each key does for all, and PostgreSQL finds it as it
 * writes. Else it is asked which have one key, and which of these is newer: keys whose texts differ can be equal to the table.
 */
async function plansOf(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
): Promise<readonly Plan[]> {
  const { key, columns, states: how } = parts.table;
  const shape = states[0] && shapeOf(states[0]);
  const isOneShape = states.every((state) => shapeOf(state) === shape);
  const overwritesAll = how.update.length + key.length === columns.length;
  const keys = new Set(states.map((state) => state.key)).size;
  if (isOneShape && overwritesAll && keys * MANY < states.length)
    return newestOf(states, parts, deadline);
  if (isOneShape && (overwritesAll || keys === states.length))
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
