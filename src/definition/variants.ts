import type { Table, Values } from '../record/table.ts';

/** A row that says nothing of some columns: they get the table's own defaults. */
type Incomplete = readonly (string | null | undefined)[];

/**
 * A statement writes the same columns of all its rows. So a row that leaves columns to their defaults is one of another
 * table: the same one without these columns. Rows that leave the same columns share one `Table`.
 */
export function variantsOf(table: Table): (row: Incomplete) => { row: Values; table: Table } {
  const variants = new Map<string, Table>();
  return (row) => {
    const kept = [...row.keys()].filter((index) => row[index] !== undefined);
    const name = kept.join(' ');
    let variant = variants.get(name);
    if (!variant) {
      variant = pick(table, kept);
      variants.set(name, variant);
    }
    return { row: kept.map((index) => row[index] ?? null), table: variant };
  };
}

/** The key's columns always have values. */
function pick({ columns, key, ...rest }: Table, kept: readonly number[]): Table {
  return {
    ...rest,
    columns: columns.filter((_, index) => kept.includes(index)),
    key: key.map((index) => kept.indexOf(index)),
  };
}
