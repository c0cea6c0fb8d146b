import type { RecordRow } from '../../record/row.ts';
import type { Table, Values } from '../../record/table.ts';

/** Tells rows apart by the text of their key; equal for the same row, however often it comes. */
export type KeyOf = (row: Values) => string;

/**
 * Texts that differ can be equal to PostgreSQL, as the numbers 1 and 1.0 are: whoever asks must be right all the same when
 * a repeat is not seen. Null, which no key takes, counts as the empty text.
 */
export function keyOf({ key }: Pick<Table, 'key'>): KeyOf {
  const first = key[0] as number;
  if (key.length === 1) return (row) => row[first] ?? '';
  return (row) => {
    let text = '';
    // With its length in front, no value can look like the end of one and the beginning of the next.
    for (const position of key) {
      const value = row[position] ?? '';
      text += `${value.length}:${value}`;
    }
    return text;
  };
}

/** Names a row by its table and its key: rows of one key have one name. */
export function nameOfRow({ row, table }: RecordRow): string {
  return `${table.name.join('.')} ${keyOf(table)(row)}`;
}
