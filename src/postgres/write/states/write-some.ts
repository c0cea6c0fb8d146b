import { isRefusal, type StoreError } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import { type Found, findRefused } from '../find-refused.ts';
import type { Refusal } from '../judge/judgements.ts';
import { giveUp, isOrphan } from '../orphans.ts';
import { rejection } from '../rejection.ts';
import { merge, NOTHING, type Written } from '../written.ts';
import type { Held, Unit } from './held.ts';
import type { StatesParts } from './prepare-states.ts';
import type { State } from './state.ts';
import { writeStates } from './write-states.ts';

/** What became of states; `rest` is what an error left. */
export interface Outcome {
  readonly written: Written;
  readonly rest: readonly State[];
  readonly error?: unknown;
}

/**
 * Writes states, and finds those that PostgreSQL refuses: first the keys of which something is refused, then the records of each,
 * one by one. A record that is rejected lets those of its key behind it pass; one that fails, or waits, does not.
 *
 * @param unitsOf tells which states have one key
 * @param isLast whether no row comes any more that a foreign key could refer to
 * @param took whether the table has taken others of the batch
 */
export async function writeSome(
  states: readonly State[],
  parts: StatesParts,
  held: Held,
  unitsOf: (states: readonly State[]) => Promise<readonly Unit[]>,
  deadline: Deadline,
  isLast: boolean,
  took: boolean,
): Promise<Outcome> {
  const fates = new Map<State, 'stored' | 'stale' | 'kept out'>();
  let count = 0;
  const written: Written[] = [];

  async function attempt(some: readonly State[]): Promise<void> {
    const { written: now, stale, keptOut } = await writeStates(some, parts, deadline);
    count += now;
    for (const state of some) fates.set(state, 'stored');
    for (const state of stale) fates.set(state, 'stale');
    for (const state of keptOut) fates.set(state, 'kept out');
  }

  function search(units: readonly Unit[]): Promise<Found<Unit>> {
    const insert = async (some: readonly Unit[]) => {
      await attempt(some.flat());
      return { inserted: some.length, refused: new Map(), again: [] };
    };
    const blame = (error: StoreError) => parts.blame(error, deadline);
    return findRefused(units, insert, blame, async () => 'perhaps', parts.takesLately, took);
  }

  /** @returns whether those behind the first of the unit may pass */
  function decide(unit: Unit, refusal: Refusal): boolean {
    const [first, ...behind] = unit as readonly [State, ...State[]];
    const orphan = { item: first, refusal };
    if (isOrphan(refusal) && !isLast) {
      held.park(orphan, unit);
      return false;
    }
    if (!isOrphan(refusal)) {
      written.push({ ...NOTHING, rejected: [rejection(first.record, refusal)] });
      return true;
    }
    const given = giveUp([orphan], parts.retryForeignKeysMs);
    const [young] = given.failed;
    written.push(young ? held.fail([first, ...behind], young.cause) : given);
    return young === undefined;
  }

  /** @returns what an error left of the unit */
  async function oneByOne(unit: Unit): Promise<Pick<Outcome, 'rest' | 'error'>> {
    for (const [at, state] of unit.entries()) {
      const { refused, unexplained, rest, error } = await search([[state]]);
      if (rest.length > 0) return { rest: unit.slice(at), error };
      if (unexplained[0]) written.push(held.fail(unit.slice(at), unexplained[0].error));
      else if (!refused[0] || decide(unit.slice(at), refused[0].refusal)) continue;
      break;
    }
    return { rest: [] };
  }

  async function findAll(): Promise<Pick<Outcome, 'rest' | 'error'>> {
    const { refused, unexplained, rest, error } = await search(await unitsOf(states));
    const left = rest.flat();
    let failure = error;
    for (const { item: unit, ...known } of [...refused, ...unexplained]) {
      if (failure !== undefined) left.push(...unit);
      else if (unit.length === 1) {
        if ('refusal' in known) decide(unit, known.refusal);
        else written.push(held.fail(unit, known.error));
      } else {
        const one = await oneByOne(unit);
        left.push(...one.rest);
        failure = one.error;
      }
    }
    const isLeft = new Set(left);
    return { rest: states.filter((state) => isLeft.has(state)), error: failure };
  }

  let outcome: Pick<Outcome, 'rest' | 'error'> = { rest: [] };
  try {
    await attempt(states);
  } catch (error) {
    outcome = isRefusal(error)
      ? await findAll().catch((failure) => ({ rest: states, error: failure }))
      : { rest: states, error };
  }
  const isLeft = new Set(outcome.rest);
  const done = Map.groupBy(
    states.filter((state) => !isLeft.has(state)),
    (state) => fates.get(state),
  );
  const of = (fate: 'stored' | 'stale' | 'kept out') =>
    (done.get(fate) ?? []).map(({ record }) => record);
  const taken = {
    stored: [...of('stored'), ...of('kept out')],
    inserted: Math.min(count, of('stored').length),
    keptOut: of('kept out').length,
    conflicts: of('stale').map((record) => ({ record, rule: 'stale' as const })),
  };
  return { ...outcome, written: merge([...written, { ...NOTHING, ...taken }]) };
}
