import pg from 'pg';
import type { StoreError } from '../../../record/errors.ts';
import type { Table } from '../../../record/table.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import type { Connection } from '../../connection/session.ts';
import { asCast, hasOtherTypes } from './as-cast.ts';
import { type CheckedInsert, checkedInsert } from './checked-insert.ts';
import { type Judge, judgeOf } from './judge-rows.ts';
import { readRules } from './read-rules.ts';
import { isOfTable, type Rules } from './rules.ts';
import { NO_SUSPECTS, type Suspects, suspect } from './suspects.ts';
import { isStill } from './verdict.ts';

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
  /** The same on a connection. */
  rulesOn(connection: Connection): Promise<Rules | null>;
  /** The last parts of the names of the table that a foreign key refers to; null when they are not known. */
  parentsOf(constraint: string | null, deadline: Deadline): Promise<readonly string[] | null>;
  /** Null as long as nothing is refused. Another object as soon as rows are judged by something else. */
  now(): Judging | null;
  /** @returns whether rows are judged by more than before, now that one was refused */
  learn(error: StoreError, deadline: Deadline): Promise<boolean>;
  /** Counts the rows of a statement that were refused as they were judged: a rule that refuses none for long is left out. */
  count(refused: number): void;
  /**
   * Whether a value that a type refuses need not be the doing of its row: all values are judged before, or a column is of
   * another type than the definition's; or none can be judged any more, and so nobody knows whose value it was.
   */
  excusesTypes(): boolean;
  /** Whether some of the last rows were refused so: then some of the next probably are, too. */
  refusesSome(): boolean;
  /** The rules are others by now. */
  forget(): void;
  /** Rows are judged no longer. @returns whether the rules are still the same; else they are read again */
  isCurrent(deadline: Deadline): Promise<boolean>;
  /** No statement can be made of the rules of this version. */
  leave(version: string | null): void;
}

/** Statements after which a rule that has refused nothing more is not judged any longer. */
const FORGET_AFTER = 1000;

/** To read them takes ten times what a statement takes that finds no table. */
const READ_AGAIN_MS = 1000;

/** @param ask does work on a connection, and tries once */
export function createLearning(
  table: Table,
  ask: <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>,
): Learning {
  let known: Rules | null = null;
  let judging: Judging | null = null;
  let quiet = 0;
  let unusable: string | null = null;
  let readAgainAt = Number.NEGATIVE_INFINITY;

  /** A column of another type than the definition's is to be given the right one: from that moment on the old one cuts values. */
  const isLasting = () => known !== null && !hasOtherTypes(table, known);

  async function rulesOn(connection: Connection): Promise<Rules | null> {
    if (isLasting() || performance.now() < readAgainAt) return known;
    // Whatever the reason is, the insert meets it too and decides.
    known = await readRules(connection, table).catch((error) => {
      if (error instanceof pg.DatabaseError) return null;
      throw error;
    });
    if (known === null) readAgainAt = performance.now() + READ_AGAIN_MS;
    return known;
  }

  const rules = async (deadline: Deadline): Promise<Rules | null> =>
    isLasting() ? known : ask(deadline, rulesOn).catch(() => null);

  /** To ask for their version takes a tenth of what it takes to read them; what they never know would have them read for each row. */
  async function areSame(deadline: Deadline): Promise<boolean> {
    const asked = known;
    const same = asked !== null && (await ask(deadline, isStill(table, asked)).catch(() => false));
    if (!same && known === asked) known = null;
    return same;
  }

  return {
    ...{ rules, rulesOn },
    async parentsOf(constraint, deadline) {
      const found = await rules(deadline);
      return found?.foreignKeys.find(({ name }) => name === constraint)?.parentTables ?? null;
    },
    now: () => judging,
    async learn(error, deadline) {
      // A constraint that is not among the rules: they were read before it was made.
      if (known && isOfTable(error, known) && !isKnown(known, error.constraint))
        await areSame(deadline);
      const found = await rules(deadline);
      if (!found || found.version === unusable || hasOtherTypes(table, found)) return false;
      const before = judging?.suspects ?? NO_SUSPECTS;
      const suspects = suspect(before, error, found);
      if (suspects === before) return false;
      judging = {
        ...{ rules: found, suspects },
        judge: judgeOf(asCast(table, found), found, suspects),
        checked: checkedInsert(asCast(table, found), found, suspects),
      };
      quiet = 0;
      return true;
    },
    count(refused) {
      quiet = refused > 0 ? 0 : quiet + 1;
      if (quiet >= FORGET_AFTER) judging = null;
    },
    excusesTypes: () =>
      judging?.suspects.types ||
      (known !== null && (known.version === unusable || hasOtherTypes(table, known))),
    refusesSome: () => judging !== null && quiet === 0,
    forget() {
      known = null;
      judging = null;
    },
    isCurrent(deadline) {
      judging = null;
      return areSame(deadline);
    },
    leave(version) {
      unusable = version ?? unusable;
    },
  };
}

/** Whether a refusal's constraint is among the rules, so that they are those that it was refused by. */
function isKnown(
  { checks, foreignKeys, uniques, exclusions, columns }: Rules,
  constraint: string | null,
): boolean {
  if (constraint === null) return true;
  const named = [...checks, ...foreignKeys, ...uniques, ...exclusions].map(({ name }) => name);
  return [...named, ...columns.flatMap(({ domainChecks }) => domainChecks)].includes(constraint);
}
