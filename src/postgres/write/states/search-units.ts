import type { StoreError } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import { type Found, findRefused } from '../find-refused.ts';
import type { Decisions } from './decisions.ts';
import { type Unit, unitOf } from './plan.ts';
import type { StatesParts } from './prepare-states.ts';
import type { State } from './state.ts';
import type { Taken } from './write-states.ts';

/** What an error left, of states that are to be written. */
export interface Left {
  readonly rest: readonly State[];
  readonly error?: unknown;
}

/** Writes units, and searches for what is refused. Never throws. */
export type Search = (units: readonly Unit[]) => Promise<Left>;

/**
 * Of a key of which something is refused, the records are tried one by one.
 *
 * @param attempt writes states, all or some of them
 * @param took whether the table has taken others of the batch
 */
export function createSearch(
  parts: StatesParts,
  { decide, fail }: Decisions,
  taken: Taken,
  attempt: (states: readonly State[]) => Promise<void>,
  deadline: Deadline,
  took: boolean,
): Search {
  function search(units: readonly Unit[]): Promise<Found<Unit>> {
    const insert = async (some: readonly Unit[]) => {
      await attempt(some.flatMap((unit) => unit.states));
      return { inserted: some.length, refused: new Map(), again: [] };
    };
    const blame = (error: StoreError) => parts.blame(error, deadline);
    const tookSome = took || taken.rows > 0;
    return findRefused(units, insert, blame, async () => 'perhaps', parts.takesLately, tookSome);
  }

  async function oneByOne({ states: all, ranks }: Unit): Promise<Left> {
    let newest = 0;
    for (const [at, state] of all.entries()) {
      const rank = ranks[at] ?? 0;
      if (rank <= newest) {
        // What PostgreSQL has of it says nothing of its version, where it is removed.
        taken.fates.set(state, rank < newest ? 'stale' : 'stored');
        continue;
      }
      const { refused, unexplained, rest, error } = await search([unitOf(state)]);
      if (rest.length > 0) return { rest: all.slice(at), error };
      if (unexplained[0]) fail(all.slice(at), unexplained[0].error);
      if (unexplained[0] || (refused[0] && !decide(all.slice(at), refused[0].refusal))) break;
      if (!refused[0]) newest = rank;
    }
    return { rest: [] };
  }

  return async (units) => {
    const { refused, unexplained, rest, error } = await search(units);
    const left = rest.flatMap((unit) => unit.states);
    let failure = error;
    for (const { item: unit, ...known } of [...refused, ...unexplained]) {
      if (failure !== undefined) left.push(...unit.states);
      else if (unit.states.length === 1) {
        if ('refusal' in known) decide(unit.states, known.refusal);
        else fail(unit.states, known.error);
      } else {
        const one = await oneByOne(unit);
        left.push(...one.rest);
        failure = one.error;
      }
    }
    return { rest: left, error: failure };
  };
}
