import pg from 'pg';
import type { Table } from '../record/table.ts';

/** Names as statements take them. All are quoted: a column can be called `Order`, `order` or `a"b`. */

/** @param name of a table or a type, one or two parts, not quoted */
export function quoteName(name: readonly string[]): string {
  return name.map(pg.escapeIdentifier).join('.');
}

/** Names of columns as a list, without parentheses. */
export function quoteList(names: readonly string[]): string {
  return names.map(pg.escapeIdentifier).join(', ');
}

/** The columns that the sink writes, in the order of a row's values. */
export function columnNames({ columns }: Table): string[] {
  return columns.map(({ name }) => name);
}

/** The columns of the key, in its order. */
export function keyNames({ columns, key }: Table): string[] {
  return key.map((position) => {
    const column = columns[position];
    if (!column) throw new RangeError(`The key names column ${position} of ${columns.length}.`);
    return column.name;
  });
}
