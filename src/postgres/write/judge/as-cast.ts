import type { Table } from '../../../record/table.ts';
import type { Rules } from './rules.ts';

/**
 * The table with the types that its values are cast to before they are inserted. A column can be of another type than the
 * definition says: COPY hands a text to the column's own type, and what an INSERT would make of it on its way by the
 * definition's (a `timestamptz` for a `timestamp`, by the time zone of the session) could be another value. Where PostgreSQL
 * makes no value of the one type from the other, its refusal is the deployment's fault, and no record's (promise P4).
 *
 * @param rules null where they cannot be read
 */
export function asCast(table: Table, rules: Rules | null): Table {
  if (rules === null) return table;
  const columns = table.columns.map((column, at) => ({
    ...column,
    type: rules.columns[at]?.cast ?? column.type,
  }));
  return { ...table, columns };
}

/** Whether a column is of a type that its values are cast to in place of the definition's. */
export function hasOtherTypes({ columns }: Table, rules: Rules): boolean {
  return columns.some(({ type }, at) => rules.columns[at]?.cast !== type);
}
