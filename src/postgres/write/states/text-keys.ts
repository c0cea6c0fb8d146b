import type { RuledColumn, Rules } from '../judge/rules.ts';
import type { State, StatesTable } from './state.ts';

const WHOLE_NUMBER = /^(?:0|-?[1-9]\d*)$/;
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/;
const NUMBERS: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint']);
const TEXT = /^(?:text|character varying)(?:\(\d+\))?$/;

/**
 * Whether records have one key exactly where the texts of their keys are equal, so that PostgreSQL need not be asked: each value has
 * the one form that its column's type knows, or the type is a text that is compared byte by byte, as it is by a database's own
 * collation (https://www.postgresql.org/docs/current/collation.html#COLLATION-NONDETERMINISTIC).
 *
 * @param rules null where they cannot be read
 */
export function areToldByText(
  { key }: StatesTable,
  rules: Rules | null,
  states: readonly State[],
): boolean {
  return key.every((at) => {
    const form = rules && formOf(rules.columns[at]);
    return form && states.every(({ row }) => form.test(row[at] ?? ''));
  });
}

const ANY = /(?:)/;

function formOf(column: RuledColumn | undefined): RegExp | null {
  if (!column || column.collation !== null) return null;
  if (TEXT.test(column.type)) return ANY;
  if (NUMBERS.has(column.type)) return WHOLE_NUMBER;
  return column.type === 'uuid' ? UUID : null;
}
