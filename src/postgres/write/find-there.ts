import type { Table, Values } from '../../record/table.ts';
import type { Connection } from '../connection/session.ts';
import { keyNames, quoteList, quoteName } from '../identifiers.ts';

/**
 * Finds the rows whose key the table holds already. PostgreSQL compares, by the columns' types: texts that differ can be
 * the same key.
 *
 * @param rows whose keys are values of their columns' types
 * @returns their places among the rows, in order
 */
export async function findThere(
  connection: Connection,
  table: Table,
  rows: readonly Values[],
): Promise<readonly number[]> {
  const keys = rows.map((row) => table.key.map((position) => row[position]));
  const query = { text: statementFor(table), values: [JSON.stringify(keys)] };
  const found = await connection.query<{ position: number }>(query);
  return found.rows.map(({ position }) => position);
}

function statementFor(table: Table): string {
  const keys = keyNames(table).map((name, at) => ({
    alias: `key${at}`,
    value: `(row->>${at})::${table.columns[table.key[at] as number]?.type}`,
    same: `there.${quoteList([name])} = asked.key${at}`,
  }));
  return `
    SELECT asked.position
      FROM (SELECT number::int - 1, ${keys.map(({ value }) => value).join(', ')}
              FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)
           ) AS asked(position, ${keys.map(({ alias }) => alias).join(', ')})
      JOIN ${quoteName(table.name)} AS there ON ${keys.map(({ same }) => same).join(' AND ')}
     ORDER BY 1`;
}
