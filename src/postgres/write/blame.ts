import type { StoreError } from '../../record/errors.ts';
import { isOfOneRow } from '../connection/sqlstate.ts';
import type { Rules } from './judge/rules.ts';

/** Whose fault it is that PostgreSQL refuses a row which was inserted alone. */
export type Blame =
  | 'record'
  /** The record's, if the table takes others. */
  | 'perhaps-record'
  | 'deployment';

/**
 * character_not_in_repertoire and untranslatable_character: text that the encoding of the database does not have. That is said
 * of the parameter, before anything in it has a type.
 */
const TEXT_CODES: ReadonlySet<string> = new Set(['22021', '22P05']);

/**
 * Decides by what PostgreSQL says and by the rules of the table. A value of a wrong type never comes here where types can be
 * judged: so a data exception then comes from a default, a computed column, a trigger or the expression of a CHECK.
 *
 * @param rules null where they cannot be read
 * @param judgesTypes whether all values of the row are known to be of their types
 */
export function blame(
  { fault, code, constraint }: Pick<StoreError, 'fault' | 'code' | 'constraint'>,
  rules: Rules | null,
  judgesTypes: boolean,
): Blame {
  const sqlstate = code ?? '';
  if (fault === 'deployment') return isOfOneRow(sqlstate) ? 'perhaps-record' : 'deployment';
  if (fault !== 'record') return 'deployment';
  if (TEXT_CODES.has(sqlstate)) return 'record';
  // Only a default is left where nothing is computed of the row: the number of an identity, for one, is used up.
  if (sqlstate.startsWith('22') && rules && judgesTypes)
    return rules.computes ? 'perhaps-record' : 'deployment';
  if (sqlstate.startsWith('22')) return 'record';
  const all = rules ? [...rules.checks, ...rules.foreignKeys, ...rules.uniques] : [];
  const named = all.find(({ name }) => name === constraint);
  if (!named || named.ofRow) return 'record';
  // No value of the record is in it, unless a trigger has put it there.
  return rules?.changesRows ? 'perhaps-record' : 'deployment';
}
