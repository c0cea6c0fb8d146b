import type { StoreError } from '../../../record/errors.ts';
import type { Table } from '../../../record/table.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import { type CheckedInsert, checkedInsert } from './checked-insert.ts';
import { type Judge, judgeOf } from './judge-rows.ts';
import type { Rules } from './rules.ts';
import { NO_SUSPECTS, type Suspects, suspect } from './suspects.ts';

/** By what rows are judged at present. */
export interface Judging {
  readonly rules: Rules;
  readonly suspects: Suspects;
  readonly judge: Judge;
  readonly checked: CheckedInsert;
}

/** What refusals teach about a table. */
export interface Learning {
  /** The rules of the table, as they are known or read now; null when they cannot be read. */
  rules(deadline: Deadline): Promise<Rules | null>;
  /** Null as long as nothing is refused. Another object as soon as rows are judged by something else. */
  now(): Judging | null;
  /** @returns whether rows are judged by more than before, now that one was refused */
  learn(error: StoreError, deadline: Deadline): Promise<boolean>;
  /** Counts the rows of a statement that were refused as they were judged: a rule that refuses none for long is left out. */
  count(refused: number): void;
  /** Whether some of the last rows were refused so: then some of the next probably are, too. */
  refusesSome(): boolean;
  /** The rules are others by now. */
  forget(): void;
  /** No statement can be made of the rules of this version. */
  leave(version: string | null): void;
}

/** Statements after which a rule that has refused nothing more is not judged any longer. */
const FORGET_AFTER = 1000;

/** @param read reads the rules, or null where they cannot be read; it never throws */
export function createLearning(
  table: Table,
  read: (deadline: Deadline) => Promise<Rules | null>,
): Learning {
  let known: Rules | null = null;
  let judging: Judging | null = null;
  let quiet = 0;
  let unusable: string | null = null;

  async function rules(deadline: Deadline): Promise<Rules | null> {
    known ??= await read(deadline);
    return known;
  }

  return {
    rules,
    now: () => judging,
    async learn(error, deadline) {
      // A constraint that is not among the rules: they were read before it was made.
      if (known && error.constraint !== null && !isKnown(known, error.constraint)) known = null;
      const found = await rules(deadline);
      if (!found || found.version === unusable) return false;
      const before = judging?.suspects ?? NO_SUSPECTS;
      const suspects = suspect(before, error, found);
      if (suspects === before) return false;
      judging = {
        ...{ rules: found, suspects },
        judge: judgeOf(table, found, suspects),
        checked: checkedInsert(table, found, suspects),
      };
      quiet = 0;
      return true;
    },
    count(refused) {
      quiet = refused > 0 ? 0 : quiet + 1;
      if (quiet >= FORGET_AFTER) judging = null;
    },
    refusesSome: () => judging !== null && quiet === 0,
    forget() {
      known = null;
      judging = null;
    },
    leave(version) {
      unusable = version ?? unusable;
    },
  };
}

function isKnown({ checks, foreignKeys, uniques }: Rules, constraint: string): boolean {
  return [...checks, ...foreignKeys, ...uniques].some(({ name }) => name === constraint);
}
