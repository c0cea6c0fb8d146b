import type { StoreError } from '../../record/errors.ts';
import { isOfOneRow } from '../connection/sqlstate.ts';
import { isOfTable, type Rules } from './judge/rules.ts';

/** Whose fault it is that PostgreSQL refuses a row which was inserted alone. */
export type Blame =
  | 'record'
  /** The record's, if the table takes others. */
  | 'perhaps-record'
  | 'deployment';

type Refused = Pick<StoreError, 'fault' | 'code' | 'constraint' | 'table' | 'routine'>;

/**
 * character_not_in_repertoire and untranslatable_character: text that the encoding of the database does not have. That is said
 * of the parameter, before anything in it has a type.
 */
const TEXT_CODES: ReadonlySet<string> = new Set(['22021', '22P05']);

const NOT_NULL_VIOLATION = '23502';

/**
 * Decides by what PostgreSQL says and by the rules of the table. What a default, a trigger, a rule of another table or of a
 * column that the sink does not write refuses can be the doing of the row, or meet all rows alike: the identity is used up,
 * for one. Then it is the record's fault if the table takes others.
 *
 * @param rules null where they cannot be read
 * @param excusesTypes whether a value that a type refuses need not be the doing of the row
 */
export function blame(refusal: Refused, rules: Rules | null, excusesTypes: boolean): Blame {
  const { fault, code, constraint, table } = refusal;
  const sqlstate = code ?? '';
  // Of a column that the sink does not write: it may be computed of the row.
  const isPerhaps = isOfOneRow(refusal) || sqlstate === NOT_NULL_VIOLATION;
  if (fault !== 'record')
    return fault === 'deployment' && isPerhaps ? 'perhaps-record' : 'deployment';
  if (TEXT_CODES.has(sqlstate)) return 'record';
  if (sqlstate.startsWith('22')) return rules && excusesTypes ? 'perhaps-record' : 'record';
  if (!rules) return 'record';
  if (!isOfTable(refusal, rules)) return 'perhaps-record';
  // A domain names no table, nor does the code of a trigger: one of the table can have the same name.
  const isNamed = ({ name }: { readonly name: string }) => table !== null && name === constraint;
  const check = rules.checks.find(isNamed);
  const key = [...rules.foreignKeys, ...rules.uniques, ...rules.exclusions].find(isNamed);
  if (check?.ofRow || key?.ofRow) return 'record';
  // No value of the record is in it, unless a trigger has put it there.
  if (key && !rules.changesRows) return 'deployment';
  if (rules.reachesOthers) return 'perhaps-record';
  return isOfWritten(refusal, rules, excusesTypes) ? 'record' : 'perhaps-record';
}

/** Whether it is NOT NULL of a column that the sink writes, or the domain of one, which a column that it does not write can share. */
function isOfWritten(
  { code, constraint }: Refused,
  { columns }: Rules,
  excusesTypes: boolean,
): boolean {
  if (code === NOT_NULL_VIOLATION) return true;
  return (
    !excusesTypes && columns.some(({ domainChecks }) => domainChecks.includes(constraint ?? ''))
  );
}
