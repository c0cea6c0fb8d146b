import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { columnNames, keyNames, quoteList, quoteName } from '../src/postgres/identifiers.ts';
import { encodeLines } from '../src/postgres/write/copy/copy-text.ts';
import { insertRows, insertStatement } from '../src/postgres/write/insert.ts';
import type { Values } from '../src/record/table.ts';
import { SINK } from './notifications.ts';

/** Ways to store rows on one connection. All but straight COPY pass over rows that are there already. */
const TABLE = SINK.table;
const TARGET = quoteName(TABLE.name);
const NAMES = columnNames(TABLE);
const LIST = quoteList(NAMES);
const INSERT = `INSERT INTO ${TARGET} (${LIST})`;
const IGNORE = `ON CONFLICT (${quoteList(keyNames(TABLE))}) DO NOTHING`;

/** PostgreSQL takes so many placeholders in a statement. */
const MAX_PLACEHOLDERS = 65_535;

/** Deals rows out to so many connections, each the same number of them but for the last. */
export function deal(rows: readonly Values[], connections: number): (readonly Values[])[] {
  const size = Math.ceil(rows.length / connections);
  const shares = Array.from({ length: connections }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
  return shares.filter(({ length }) => length > 0);
}

export type Way = (client: pg.ClientBase, rows: readonly Values[]) => Promise<unknown>;

export const rowByRow: Way = async (client, rows) => {
  const values = NAMES.map((_, index) => `$${index + 1}`).join(', ');
  const text = `${INSERT} VALUES (${values}) ${IGNORE}`;
  for (const row of rows) await client.query({ name: 'row', text, values: [...row] });
};

export const valuesList: Way = async (client, rows) => {
  const most = Math.floor(MAX_PLACEHOLDERS / NAMES.length);
  for (let from = 0; from < rows.length; from += most) {
    const chunk = rows.slice(from, from + most);
    const tuples = chunk.map(
      (_, row) => `(${NAMES.map((_, column) => `$${row * NAMES.length + column + 1}`).join()})`,
    );
    const values = chunk.flat();
    await client.query(`${INSERT} VALUES ${tuples.join()} ${IGNORE}`, values);
  }
};

export const unnest: Way = async (client, rows) => {
  const arrays = TABLE.columns.map(({ type }, index) => `$${index + 1}::${type}[]`);
  await client.query({
    name: 'unnest',
    text: `${INSERT} SELECT * FROM unnest(${arrays.join(', ')}) ${IGNORE}`,
    values: NAMES.map((_, column) => rows.map((row) => row[column])),
  });
};

export const jsonArrays: Way = (client, rows) => insertRows(client, insertStatement(TABLE), rows);

export const stagedCopy: Way = async (client, rows) => {
  await client.query(
    `BEGIN; CREATE TEMPORARY TABLE IF NOT EXISTS staged (LIKE ${TARGET} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS`,
  );
  await copy(client, `COPY staged (${LIST}) FROM STDIN`, encode(rows));
  await client.query(`${INSERT} SELECT ${LIST} FROM staged ${IGNORE}; COMMIT`);
};

/** The limit: rows that are encoded already go straight into the table. */
export const straightCopy = (client: pg.ClientBase, lines: Buffer) =>
  copy(client, `COPY ${TARGET} (${LIST}) FROM STDIN`, lines);

export const straightBinaryCopy = (client: pg.ClientBase, tuples: Buffer) =>
  copy(client, `COPY ${TARGET} (${LIST}) FROM STDIN (FORMAT binary)`, tuples);

export const encode = (rows: readonly Values[]): Buffer =>
  encodeLines(rows.map((row) => ({ row })));

async function copy(client: pg.ClientBase, statement: string, lines: Buffer): Promise<void> {
  const stream = client.query(copyFrom(statement));
  const end = finished(stream);
  stream.end(lines);
  await end;
}
