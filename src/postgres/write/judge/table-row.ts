import type { Table } from '../../../record/table.ts';
import { quoteList, quoteName } from '../../identifiers.ts';
import type { RuledColumn, Rules } from './rules.ts';

/** SQL of a row in a statement that judges it. Its names begin with `#`: no expression of a constraint can mean them. */

/** The value of a column, as the insert casts it. */
export const own = (at: number) => `"#${at}"`;

/**
 * The values of `row`, a JSON array of texts, as the definition has them: a list for SELECT.
 *
 * @param sent columns whose values it has, in its order; the others are NULL
 */
export function asDefined({ columns }: Table, sent: readonly number[]): string {
  const textOf = (at: number) => (sent.includes(at) ? `(row->>${sent.indexOf(at)})` : 'NULL');
  return columns.map(({ type }, at) => `${textOf(at)}::${type} AS ${own(at)}`).join(', ');
}

/** The same values with the names, types and collations of the table's columns. Such a cast can cut a value, so it judges only. */
export function asTable({ columns }: Table, rules: Rules): string {
  return columns
    .map(({ name }, at) => {
      const { cast, type, collation } = rules.columns[at] as RuledColumn;
      return `${own(at)}${cast === type ? '' : `::${type}`}${collation ? ` COLLATE ${collation}` : ''} AS ${quoteList([name])}`;
    })
    .join(', ');
}

/**
 * Whether the table has a row with the key of `r`, a row as {@link asTable} makes it. Of few rows that is asked, but PostgreSQL does
 * not know that: EXISTS, which can be answered by a hash of the whole table, read all of a table of 20,000 rows for ten.
 */
export function isThere({ name, key, columns }: Table, rules: Rules): string {
  const same = key.map((at) => {
    const column = quoteList([columns[at]?.name ?? '']);
    return `there.${column} ${rules.columns[at]?.equal} r.${column}`;
  });
  return `(SELECT true FROM ${quoteName(name)} AS there WHERE ${same.join(' AND ')} LIMIT 1) IS TRUE`;
}
