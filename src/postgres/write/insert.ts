import type { Table, Values } from '../../record/table.ts';
import type { Connection } from '../connection/session.ts';
import { columnNames, keyNames, quoteList, quoteName } from '../identifiers.ts';
import { type Prepared, prepared } from './prepared.ts';

/**
 * The statement that stores a batch, whole or not at all. The batch travels as one JSON parameter: placeholders would
 * end at 65,535 and cost more.
 *
 * Each row is an array of texts, cast to the columns' types. Arrays of `jsonb` are the fastest of what was measured, for
 * PostgreSQL finds an element without reading the row again. Beside `json_to_recordset` over objects that is 0.90 of
 * PostgreSQL's CPU time and 0.77 of Node's for 10,000 rows, 0.77 and 0.96 for 100; `json` arrays take 1.45.
 *
 * The values are text, and the columns' types read it, as they do in COPY: numbers keep their digits, a `jsonb` is parsed
 * and not taken for a string, and the text `null` is not NULL. No type has a length: such a cast cuts in silence.
 *
 * The conflict names the key on purpose: a bare ON CONFLICT DO NOTHING would also swallow a violation of any other
 * unique constraint that a user adds, and lose the row in silence.
 */
export function insertStatement(table: Table): Prepared {
  const values = table.columns.map(({ type }, position) => `(row->>${position})::${type}`);
  const text = [
    `INSERT INTO ${quoteName(table.name)} (${quoteList(columnNames(table))})`,
    `SELECT ${values.join(', ')}`,
    'FROM jsonb_array_elements($1::jsonb) AS batch(row)',
    `ON CONFLICT (${quoteList(keyNames(table))}) DO NOTHING`,
  ].join(' ');
  return prepared(text);
}

/**
 * Stores rows in one transaction of one statement.
 *
 * @param statement from {@link insertStatement}
 * @returns how many rows were inserted; the others were there already
 */
export async function insertRows(
  connection: Connection,
  statement: Prepared,
  rows: readonly Values[],
): Promise<number> {
  const { rowCount } = await connection.query({ ...statement, values: [JSON.stringify(rows)] });
  return rowCount ?? 0;
}

/**
 * Tries a row, and leaves nothing in the table.
 *
 * @throws whatever `pg` throws, when the row is refused
 */
export async function tryRow(
  connection: Connection,
  statement: Prepared,
  row: Values,
): Promise<void> {
  await connection.query('BEGIN');
  try {
    await insertRows(connection, statement, [row]);
  } finally {
    // Where even this fails the connection is lost, and the transaction with it.
    await connection.query('ROLLBACK').catch(() => {});
  }
}
