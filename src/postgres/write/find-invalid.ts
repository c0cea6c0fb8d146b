import pg from 'pg';
import { COLUMNS } from '../../definition/notification.ts';

/** A row that holds a value which its column's type refuses. */
export interface Invalid {
  /** Place among the rows, from 0. */
  readonly position: number;
  readonly sqlstate: string;
}

/**
 * Asks PostgreSQL which rows hold a value that its column's type refuses, in one statement; the search by
 * statements that fail takes several for each. `pg_input_error_info` is there from PostgreSQL 16 on.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-VALIDITY
 */
const STATEMENT = `
  SELECT DISTINCT ON (number) number::int - 1 AS position, info.sql_error_code AS sqlstate
    FROM json_array_elements($1::json) WITH ORDINALITY AS batch(row, number),
         LATERAL (VALUES ${Object.entries(COLUMNS)
           .filter(([, type]) => type !== 'text')
           .map(([name, type]) => `(row->>'${name}', '${type}')`)
           .join(', ')}) AS field(value, type),
         LATERAL pg_input_error_info(value, type) AS info
   WHERE info.sql_error_code IS NOT NULL
   ORDER BY number`;

/** SQLSTATE of a function that does not exist. */
const UNDEFINED_FUNCTION = '42883';

/**
 * @param rows as the insert takes them
 * @returns the invalid rows, in order; none before PostgreSQL 16, which cannot tell
 */
export async function findInvalid(
  client: pg.ClientBase,
  rows: readonly string[],
): Promise<readonly Invalid[]> {
  const query = { name: 'find-invalid', text: STATEMENT, values: [`[${rows.join(',')}]`] };
  try {
    return (await client.query<Invalid>(query)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_FUNCTION) return [];
    throw error;
  }
}
