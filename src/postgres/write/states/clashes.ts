import { isRefusal } from '../../../record/errors.ts';
import type { Refusal } from '../judge/judgements.ts';
import type { State } from './state.ts';

/** unique_violation and exclusion_violation: a row with another key has the value, or what excludes it. */
const CODES: ReadonlySet<string | null> = new Set(['23505', '23P01']);

/**
 * Records in whose way the row of another key is, which other records of the batch may change or remove. They were written together
 * with these, so their order was another one: where two keys swap a value, one after the other never clashes.
 */
export interface Clashes {
  /** @returns whether the refusal is one of these; then it is not decided yet */
  add(states: readonly State[], refusal: Refusal): boolean;
  /**
   * Tries them again, as long as that helps.
   *
   * @param isTaken whether a record has taken effect: what is before one of its key cannot any more
   * @param attempt writes one
   * @returns those that stay refused
   * @throws what `attempt` throws that is no refusal
   */
  retry(
    isTaken: (state: State) => boolean,
    attempt: (state: State) => Promise<void>,
  ): Promise<readonly Clash[]>;
  /** Those that are not decided. */
  open(): readonly State[];
}

interface Clash {
  readonly state: State;
  /** The records of its key that come after it. */
  readonly behind: readonly State[];
  readonly refusal: Refusal;
}

/** Each frees a value for the next at most; more than a few are no swap, but a constraint that is hurt. */
const MAX_ROUNDS = 5;

export function createClashes(): Clashes {
  let clashes: readonly Clash[] = [];
  return {
    add([state, ...behind], refusal) {
      if (!state || !CODES.has(refusal.sqlstate)) return false;
      clashes = [...clashes, { state, behind, refusal }];
      return true;
    },
    async retry(isTaken, attempt) {
      const isRefused = async ({ state, behind }: Clash) => {
        if (behind.some(isTaken)) return true;
        try {
          await attempt(state);
          return false;
        } catch (error) {
          if (isRefusal(error)) return true;
          throw error;
        }
      };
      for (let round = 0, before = Number.POSITIVE_INFINITY; round < MAX_ROUNDS; round += 1) {
        if (clashes.length === before) break;
        before = clashes.length;
        for (const clash of clashes)
          if (!(await isRefused(clash))) clashes = clashes.filter((one) => one !== clash);
      }
      const refused = clashes;
      clashes = [];
      return refused;
    },
    open: () => clashes.map(({ state }) => state),
  };
}
