import { isRefusal } from '../../../record/errors.ts';
import type { PassedOver } from '../../../record/fates.ts';
import type { SinkRecord } from '../../../record/record.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import { merge, NOTHING, type Written } from '../written.ts';
import { createDecisions } from './decisions.ts';
import type { Doubts } from './doubts.ts';
import type { Held } from './held.ts';
import type { Unit } from './plan.ts';
import type { StatesParts } from './prepare-states.ts';
import { createSearch, type Left } from './search-units.ts';
import type { State } from './state.ts';
import { type Taken, writeStates } from './write-states.ts';

/** What became of states. */
export interface Outcome extends Left {
  readonly written: Written;
  /** Tombstones that have removed the rows of their keys. */
  readonly removed: readonly State[];
}

/** Judgements, one after another, of which each may have taught something for the next. */
const MAX_ROUNDS = 5;

/**
 * Writes states, and finds those that PostgreSQL refuses: first those that its rules refuse for certain, then the keys of which something
 * is refused, then the records of each, one by one. A record that is rejected lets those of its key behind it pass; one that fails,
 * or waits, does not.
 *
 * @param unitsOf tells which states have one key
 * @param retryMs the age up to which a record that a foreign key refuses is delivered again, in milliseconds; null where its parent may
 *   still come with the batch
 * @param took whether the table has taken others of the batch
 */
export async function writeSome(
  states: readonly State[],
  parts: StatesParts,
  held: Held,
  unitsOf: (states: readonly State[]) => Promise<readonly Unit[]>,
  deadline: Deadline,
  retryMs: number | null,
  took: boolean,
): Promise<Outcome> {
  const taken: Taken = { fates: new Map(), rows: 0 };
  const decisions = createDecisions(parts, held, taken, retryMs);
  /** All but those that are rejected for certain. */
  let open = states;

  const attempt = (some: readonly State[]) => writeStates(some, parts, deadline, taken);

  const searchUnits = createSearch(parts, decisions, taken, attempt, deadline, took);

  /**
   * Writes the keys of which nothing is doubted, then the others, each by itself.
   *
   * @throws {StoreError} when one is refused that is not doubted; then nothing is decided yet
   */
  async function writeDoubted({ doubted }: Doubts): Promise<Left> {
    if (doubted.size === 0) {
      await attempt(open);
      return { rest: [] };
    }
    const units = await unitsOf(open);
    const isSound = ({ states: all }: Unit) => !all.some((state) => doubted.has(state));
    await attempt(units.filter(isSound).flatMap((unit) => unit.states));
    let left: Left = { rest: [] };
    for (const unit of units.filter((one) => !isSound(one)))
      left = left.error
        ? { rest: [...left.rest, ...unit.states], error: left.error }
        : await searchUnits([unit]);
    return left;
  }

  async function findAll(): Promise<Left> {
    for (let round = 1; ; round += 1) {
      const doubts = await parts.doubt(open, deadline);
      const judging = parts.judging();
      for (const [state, refusal] of doubts.refused) decisions.reject(state, refusal);
      open = open.filter((state) => !doubts.refused.has(state));
      try {
        return await writeDoubted(doubts);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // What was refused may have taught to judge by more.
        if (parts.judging() === judging || round === MAX_ROUNDS)
          return searchUnits(await unitsOf(open));
      }
    }
  }

  async function writeAll(): Promise<Left> {
    if (!parts.expectsRefusals()) {
      try {
        await attempt(open);
        return { rest: [] };
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    return findAll();
  }

  async function writeAndDecide(): Promise<Left> {
    const left = await writeAll().catch((error: unknown) => ({ rest: open, error }));
    if (left.error !== undefined)
      return { rest: [...left.rest, ...decisions.open()], error: left.error };
    try {
      await decisions.decideClashes((state) => attempt([state]));
      return left;
    } catch (error) {
      return { rest: [...left.rest, ...decisions.open()], error };
    }
  }

  const { rest, error } = await writeAndDecide();
  const left = new Set(rest);
  const stored: SinkRecord[] = [];
  const conflicts: PassedOver[] = [];
  const removed: State[] = [];
  let keptOut = 0;
  for (const [state, fate] of taken.fates) {
    if (left.has(state)) continue;
    if (fate === 'stale') conflicts.push({ record: state.record, rule: 'stale' });
    else stored.push(state.record);
    if (fate === 'kept out') keptOut += 1;
    if (fate === 'stored' && parts.removes(state)) removed.push(state);
  }
  const inserted = Math.min(taken.rows, stored.length - keptOut);
  const done = { ...NOTHING, stored, inserted, keptOut, conflicts };
  return {
    rest: left.size === 0 ? [] : states.filter((state) => left.has(state)),
    error,
    written: merge([...decisions.written, done]),
    removed,
  };
}
