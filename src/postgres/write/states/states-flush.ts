import { isRefusal, StoreError } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import { isolate } from '../isolate.ts';
import { mayHaveParents } from '../orphans.ts';
import { isLate } from '../pace.ts';
import { createPieces } from '../pieces.ts';
import type { OnRejected } from '../rejection.ts';
import type { TableFlush } from '../table-flush.ts';
import { merge, NOTHING, type Written } from '../written.ts';
import { createHeld } from './held.ts';
import { unitsOf as groupUnits, type Unit, unitOf } from './plan.ts';
import type { StatesParts } from './prepare-states.ts';
import { createRemoved } from './removed.ts';
import { type State, stateOf } from './state.ts';
import { writeSome } from './write-some.ts';

/**
 * Rows that are written together at least: those of a whole batch, as of the records of one key in them only the newest is written,
 * and a statement of its own for deletes reads all of a small table. 200,000 records over 10,000 keys, a tenth of them tombstones,
 * took 0.98 s of PostgreSQL's CPU for 100,000 in pieces of 1,000, and 0.56 s so.
 */
const MIN_PIECE = 10_000;

/**
 * The rows of a batch that belong to a table of states. They are written in the order in which they come, by one connection: of
 * two records of a key, the first must have its fate before the second is tried.
 *
 * @param onRejected gets rejected records as soon as they are known
 */
export function createStatesFlush(
  parts: StatesParts,
  deadline: Deadline,
  onRejected: OnRejected,
): TableFlush {
  const { pace } = parts;
  const held = createHeld(unitsOf);
  const removed = createRemoved(unitsOf);
  const pieces = createPieces<State>(MIN_PIECE);
  let took = false;

  async function refusalOf(states: readonly State[]): Promise<StoreError | null> {
    try {
      await parts.compare(states, deadline);
      return null;
    } catch (error) {
      if (isRefusal(error)) return error;
      throw error;
    }
  }

  /** A record whose key or version is none of its type is like no other, and will be refused alone. */
  async function unitsOf(states: readonly State[]): Promise<readonly Unit[]> {
    try {
      return groupUnits(states, await parts.compare(states, deadline));
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      const { done, offenders, rest, error } = await isolate(states, refusalOf, true);
      if (rest.length > 0) throw error;
      const odd = offenders.map(({ item }) => unitOf(item));
      return [...groupUnits(done, await parts.compare(done, deadline)), ...odd];
    }
  }

  /**
   * Never throws.
   *
   * @param retryMs see {@link writeSome}
   */
  async function write(states: readonly State[], retryMs: number | null): Promise<Written> {
    const written: Written[] = [];
    for (let left = states; left.length > 0; ) {
      const some = left.slice(0, pace.size(deadline.remainingMs()));
      left = left.slice(some.length);
      const start = performance.now();
      const { rest, error, written: done } = await tryWrite(some, retryMs);
      const ms = performance.now() - start;
      written.push(done);
      if (done.rejected.length > 0) onRejected(done.rejected);
      took ||= done.stored.length > 0;
      const [first, ...more] = rest;
      if (!first) {
        pace.succeeded(some.length, ms);
        continue;
      }
      if (isLate(error, ms)) pace.timedOut(ms, more.length === 0 && !took);
      const isSlow = error instanceof StoreError && error.fault === 'timeout';
      if (!isSlow || pace.isStuck) {
        written.push(held.fail([...rest, ...left], error));
        break;
      }
      // One row alone that takes too long must not keep the others from the table.
      if (more.length > 0) left = [first, ...more, ...left];
      else written.push(held.fail([first], error));
    }
    return merge(written);
  }

  async function tryWrite(some: readonly State[], retryMs: number | null) {
    try {
      const { free: young, old } = await removed.sift(some);
      const { free, held: behind } = await held.sift(young);
      const found = await writeSome(free, parts, held, unitsOf, deadline, retryMs, took);
      removed.add(found.removed);
      return { ...found, written: merge([behind, old, found.written]) };
    } catch (error) {
      return { written: NOTHING, rest: some, error };
    }
  }

  async function writeAll(): Promise<Written> {
    const written: Written[] = [];
    for await (const piece of pieces) written.push(await write(piece, null));
    return merge(written);
  }

  const findParents = (constraint: string | null) => parts.parentsOf(constraint, deadline);

  async function giveUp(failing: ReadonlySet<string>): Promise<Written> {
    const mayCome = await mayHaveParents(held.constraints(), failing, findParents);
    return write(held.release(), mayCome ? Number.POSITIVE_INFINITY : parts.retryForeignKeysMs);
  }

  const writing = writeAll();
  let given: Promise<Written> | undefined;
  return {
    add: (rows) => pieces.push(rows.map((one) => stateOf(parts.keyOf, one))),
    wait: (rows) => held.wait(rows.map((one) => stateOf(parts.keyOf, one))),
    endFirsts() {
      pieces.end();
      return writing;
    },
    endRepeats: async () => NOTHING,
    async retryOrphans(tables) {
      const isWorthIt = await mayHaveParents(held.constraints(), tables, findParents);
      return isWorthIt ? write(held.release(), null) : NOTHING;
    },
    giveUpOrphans(failing) {
      // Once and for all: what is rejected lets those of its key behind it pass.
      given ??= giveUp(failing);
      return given;
    },
  };
}
