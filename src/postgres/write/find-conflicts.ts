import type pg from 'pg';
import type { Column, Table } from '../../record/table.ts';
import { keyNames, quoteList, quoteName } from '../identifiers.ts';
import { type Prepared, prepared } from './prepared.ts';

/**
 * The statement that tells which rows are other records than the ones that have their keys in the table.
 *
 * It is the same record when the coordinates that the table holds are equal, or else all columns that come from the
 * record's content are: a producer that sends a record twice gives it two offsets, and whoever changes a stored row leaves
 * its coordinates.
 */
export function findConflictsStatement(table: Table): Prepared {
  const { columns, key } = table;
  const asked = columns.map(({ type }, position) => `(row->>${position})::${type} AS c${position}`);
  const onKey = keyNames(table).map((name, at) => `there.${quoteList([name])} = asked.c${key[at]}`);
  const equal = (position: number) => isEqual(columns[position] as Column, position);
  const positions = [...columns.keys()];
  const coordinates = positions.filter((position) => columns[position]?.coordinate);
  const content = positions.filter((at) => !columns[at]?.coordinate && !key.includes(at));
  const same = [
    ...(isLocated(columns) ? [coordinates.map(equal).join(' AND ')] : []),
    content.map(equal).join(' AND ') || 'true',
  ];
  return prepared(`
    SELECT asked.position
      FROM (SELECT number::int - 1 AS position, ${asked.join(', ')}
              FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)) AS asked
      JOIN ${quoteName(table.name)} AS there ON ${onKey.join(' AND ')}
     WHERE NOT (${same.map((all) => `(${all})`).join(' OR ')})`);
}

/** Other coordinates than the offset are the same for many records. */
function isLocated(columns: readonly Column[]): boolean {
  return columns.some(({ coordinate }) => coordinate === 'offset');
}

function isEqual({ name, type }: Column, position: number): string {
  const cast = COMPARABLE.test(type) ? '' : '::text';
  return `there.${quoteList([name])}${cast} IS NOT DISTINCT FROM asked.c${position}${cast}`;
}

/** The others are compared as text: `json` cannot be compared, and a month as an `interval` is equal to 30 days. */
const COMPARABLE =
  /^(text|varchar|uuid|boolean|smallint|integer|bigint|numeric|real|double precision|timestamptz|timestamp|date|time|jsonb|bytea|inet)(\[\])?$/;

/**
 * @param statement from {@link findConflictsStatement}
 * @param rows as the insert takes them, each in the table or one of the same key
 * @returns their places among the rows, in no particular order
 */
export async function findConflicts(
  client: pg.ClientBase,
  statement: Prepared,
  rows: readonly string[],
): Promise<readonly number[]> {
  const found = await client.query<{ position: number }>({
    ...statement,
    values: [`[${rows.join(',')}]`],
  });
  return found.rows.map(({ position }) => position);
}
