import type { StoreError } from '../../../record/errors.ts';
import { isOfTable, type Rules } from './rules.ts';

/** What rows are judged by before they are inserted: what PostgreSQL has refused some for lately. */
export interface Suspects {
  /** Whether values are values of their types. */
  readonly types: boolean;
  readonly notNull: boolean;
  /** Whether rows are unique beside their key. */
  readonly unique: boolean;
  /** Names of CHECK and FOREIGN KEY constraints. */
  readonly constraints: ReadonlySet<string>;
}

export const NO_SUSPECTS: Suspects = {
  types: false,
  notNull: false,
  unique: false,
  constraints: new Set(),
};

const NOT_NULL = '23502';
const UNIQUE = '23505';

/**
 * Adds what a refusal speaks of. Only what has refused a row is judged: the price of an insert grows with each rule.
 *
 * @returns the same suspects when the refusal cannot be judged, or is judged already
 */
export function suspect(suspects: Suspects, error: StoreError, rules: Rules): Suspects {
  if (!isOfTable(error, rules)) return suspects;
  const { code, constraint } = error;
  if (code === UNIQUE) {
    // A row that is passed over must be explained, whatever it conflicts with, and have the values that were sent.
    const canExplain =
      !rules.excludes && !rules.changesRows && rules.uniques.every(({ judged }) => judged);
    return suspects.unique || !canExplain ? suspects : { ...suspects, unique: true };
  }
  if (code === NOT_NULL && constraint === null)
    return suspects.notNull || rules.changesRows ? suspects : { ...suspects, notNull: true };
  const all = rules.changesRows ? [] : [...rules.checks, ...rules.foreignKeys];
  const named = all.find(({ name }) => name === constraint);
  if (named?.judged) {
    // What does not depend on the row refuses all of them alike, which is no fault of theirs.
    if (!named.ofRow || suspects.constraints.has(named.name)) return suspects;
    return { ...suspects, constraints: new Set([...suspects.constraints, named.name]) };
  }
  // A domain refuses values with the SQLSTATE of a constraint, and with the name of its own.
  const isType =
    code?.startsWith('22') || (named === undefined && /^23(502|514)$/.test(code ?? ''));
  if (!isType || suspects.types || !rules.canJudgeTypes) return suspects;
  return { ...suspects, types: true };
}
