import { isRefusal } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import { type Plan, planOf, statementsOf, stepOf, unitsOf } from './plan.ts';
import type { StatesParts } from './prepare-states.ts';
import { areAlike, type State } from './state.ts';

/** What became of states that PostgreSQL has taken. */
type Fate = 'stored' | 'stale' | 'kept out';

/** States that PostgreSQL has taken so far. */
export interface Taken {
  readonly fates: Map<State, Fate>;
  /** How many rows are others now. */
  rows: number;
}

/** cardinality_violation: a row would be written twice by one statement. */
const TWICE = '21000';

/**
 * Writes states in their order; those of one key end as if each had been written alone.
 *
 * @param taken gets their fates. One that has taken effect keeps that fate, though it is older than the row by the time at which it is
 *   written again, because others were refused
 * @throws whatever the statements throw; then some may be written, and it does no harm to write all again
 */
export async function writeStates(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
  taken: Taken,
): Promise<void> {
  try {
    // Nearly always, and the price of a plan for each shows then.
    if (areAlike(states) && new Set(states.map(({ key }) => key)).size === states.length)
      return await writeTogether(states, parts, deadline, taken);
    const quick = await quickPlans(states, parts, deadline);
    if (quick) return await writePlans(quick, parts, deadline, taken);
  } catch (error) {
    // Keys whose texts differ are equal to the table.
    if (!(isRefusal(error) && error.code === TWICE)) throw error;
  }
  await writePlans(await comparedPlans(states, parts, deadline), parts, deadline, taken);
}

async function comparedPlans(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
): Promise<readonly Plan[]> {
  if (states.length === 0) return [];
  const units = unitsOf(states, await parts.compare(states, deadline));
  return units.map((unit) => planOf(unit, parts.table));
}

/**
 * Writes states of one shape, each of another key.
 *
 * @param of all that share the fate of one, by its place. Default: nothing else
 */
async function writeTogether(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
  taken: Taken,
  of: (place: number, state: State) => readonly State[] = (_, state) => [state],
): Promise<void> {
  const count = await parts.write(states, deadline);
  taken.rows += count;
  const standings = count === states.length ? [] : await parts.stand(states, deadline);
  const byPlace = new Map(standings.map((one) => [one.position, one]));
  for (const [place, state] of states.entries()) {
    const { stale, missing } = byPlace.get(place) ?? {};
    take(
      of(place, state),
      stale ? 'stale' : missing && !state.isTombstone ? 'kept out' : 'stored',
      taken,
    );
  }
}

function take(states: readonly State[], fate: Fate, { fates }: Taken): void {
  for (const state of states) if (fates.get(state) !== 'stored') fates.set(state, fate);
}

async function writePlans(
  plans: readonly Plan[],
  parts: StatesParts,
  deadline: Deadline,
  taken: Taken,
): Promise<void> {
  for (const steps of statementsOf(plans)) {
    const states = steps.map(({ state }) => state);
    await writeTogether(states, parts, deadline, taken, (place) => steps[place]?.of ?? []);
  }
  for (const { stale } of plans) take(stale, 'stale', taken);
}

const planOfOne = (state: State): Plan => ({ stale: [], steps: [stepOf(state)] });

/**
 * Plans without a question, or by a short one: where keys differ, as far as they do, and where each state overwrites all that the one
 * before it says, so that the newest of each key does for all.
 *
 * @returns null where PostgreSQL must compare the states
 */
async function quickPlans(
  states: readonly State[],
  parts: StatesParts,
  deadline: Deadline,
): Promise<readonly Plan[] | null> {
  const { key, columns, states: how } = parts.table;
  const byText = Map.groupBy(states, (state) => state.key);
  if (!areAlike(states) || how.update.length + key.length < columns.length) {
    if (!(await parts.tellsByText(states, deadline))) return null;
    const isAlone = (state: State) => byText.get(state.key)?.length === 1;
    const others = states.filter((state) => !isAlone(state));
    const plans = await comparedPlans(others, parts, deadline);
    return [...states.filter(isAlone).map(planOfOne), ...plans];
  }
  const newest = await parts.newest(states, deadline);
  // Else some keys whose texts differ are equal.
  if (newest.length < byText.size) return null;
  return newest.map(({ position }) => {
    const state = states[position] as State;
    return { stale: [], steps: [{ state, of: byText.get(state.key) ?? [] }] };
  });
}
