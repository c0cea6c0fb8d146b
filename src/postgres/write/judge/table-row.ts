import type { Table } from '../../../record/table.ts';
import { keyNames, quoteList, quoteName } from '../../identifiers.ts';
import type { Rules } from './rules.ts';

/** SQL of a row in a statement that judges it. Its names begin with `#`: no expression of a constraint can mean them. */

/** The value of a column, as the insert casts it. */
export const own = (at: number) => `"#${at}"`;

/** The values of `row`, a JSON array of texts, as the definition has them: a list for SELECT. */
export function asDefined({ columns }: Table): string {
  return columns.map(({ type }, at) => `(row->>${at})::${type} AS ${own(at)}`).join(', ');
}

/** The same values with the names and types of the table's columns. Such a cast can cut a value, so it judges only. */
export function asTable({ columns }: Table, rules: Rules): string {
  return columns
    .map(({ name }, at) => {
      const ruled = rules.columns[at];
      return `${own(at)}${ruled?.same ? '' : `::${ruled?.type}`} AS ${quoteList([name])}`;
    })
    .join(', ');
}

/** Whether the table has a row with the key of `r`, a row as {@link asTable} makes it. */
export function isThere(table: Table): string {
  const key = keyNames(table).map((name) => quoteList([name]));
  const same = key.map((name) => `there.${name} = r.${name}`).join(' AND ');
  return `EXISTS (SELECT FROM ${quoteName(table.name)} AS there WHERE ${same})`;
}
