import pg from 'pg';
import type { Table } from '../../record/table.ts';
import { type Prepared, prepared } from './prepared.ts';

/** A row that holds a value which its column's type refuses. */
export interface Invalid {
  /** Place among the rows, from 0. */
  readonly position: number;
  readonly sqlstate: string;
  /** The names of the columns that refuse theirs; the SQLSTATE is that of the first. */
  readonly columns: readonly string[];
}

/** Types that take any text. */
const TEXT: ReadonlySet<string> = new Set(['text', 'varchar']);

/**
 * The statement that tells which rows hold a value that its column's type refuses; the search by statements that fail
 * takes several for each. `pg_input_error_info` is there from PostgreSQL 16 on.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-VALIDITY
 *
 * @returns null when no column's type refuses any text
 */
export function findInvalidStatement({ columns }: Table): Prepared | null {
  const fields = columns.flatMap(({ name, type }, position) =>
    TEXT.has(type)
      ? []
      : [`(${position}, row->>${position}, ${pg.escapeLiteral(type)}, ${pg.escapeLiteral(name)})`],
  );
  if (fields.length === 0) return null;
  return prepared(`
  SELECT number::int - 1 AS position, (array_agg(info.sql_error_code ORDER BY place))[1] AS sqlstate,
         array_agg(name ORDER BY place) AS columns
    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number),
         LATERAL (VALUES ${fields.join(', ')}) AS field(place, value, type, name),
         LATERAL pg_input_error_info(value, type) AS info
   WHERE info.sql_error_code IS NOT NULL
   GROUP BY number
   ORDER BY number`);
}

/** SQLSTATE of a function that does not exist. */
const UNDEFINED_FUNCTION = '42883';

/**
 * @param statement from {@link findInvalidStatement}
 * @param rows as the insert takes them
 * @returns the invalid rows, in order; none before PostgreSQL 16, which cannot tell
 */
export async function findInvalid(
  client: pg.ClientBase,
  statement: Prepared | null,
  rows: readonly string[],
): Promise<readonly Invalid[]> {
  if (statement === null) return [];
  try {
    const values = [`[${rows.join(',')}]`];
    return (await client.query<Invalid>({ ...statement, values })).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_FUNCTION) return [];
    throw error;
  }
}
