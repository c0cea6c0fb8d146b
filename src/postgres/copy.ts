import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COLUMNS, IDENTITY, type Row } from '../notification.ts';

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/**
 * The statement that stores rows the fastest that PostgreSQL can: 10,000 of them in about 60 % of the time of one INSERT
 * (docs/benchmarks.md). It cannot pass over a row that is there already: one such row, and none is stored.
 *
 * By itself it would not notice that the table's identity is not unique any more, and store repeats as rows (promise
 * P2). So an INSERT of no row stands before it, in the same message and transaction, and is refused unless PostgreSQL
 * can tell such rows; its lock keeps it so until the copy is committed.
 *
 * @param table one or two parts, not quoted
 */
export function copyStatement(table: readonly string[]): string {
  const target = table.map(pg.escapeIdentifier).join('.');
  const check = `INSERT INTO ${target} (${IDENTITY}) SELECT ${IDENTITY} FROM ${target} WHERE false ON CONFLICT (${IDENTITY}) DO NOTHING`;
  return `${check}; COPY ${target} (${NAMES.join(', ')}) FROM STDIN`;
}

/**
 * A row as COPY takes it: a line of values between tabs.
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export function encodeLine(row: Row): string {
  let line = '';
  for (const name of NAMES) {
    const value = row[name];
    line += typeof value === 'string' && SPECIAL.test(value) ? escaped(value) : value;
    line += '\t';
  }
  return `${line.slice(0, -1)}\n`;
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escaped(value: string): string {
  return value.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}

/**
 * Stores rows in one transaction of one statement, or none of them.
 *
 * @param statement from {@link copyStatement}
 * @returns how many rows were stored
 */
export async function copyRows(
  client: pg.ClientBase,
  statement: string,
  rows: readonly Row[],
): Promise<number> {
  const copy = client.query(copyFrom(statement));
  const end = finished(copy);
  copy.end(Buffer.from(rows.map(encodeLine).join('')));
  await end;
  return copy.rowCount;
}
