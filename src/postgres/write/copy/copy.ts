import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Table } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames, keyNames, quoteList, quoteName } from '../../identifiers.ts';

/** Rows below which COPY, which asks before it sends, loses with its second round trip more than it gains. */
export const MIN_COPY = 50;

/**
 * The statement that stores rows the fastest that PostgreSQL can: 10,000 of them in about 60 % of the time of one INSERT
 * (docs/benchmarks.md). It cannot pass over a row that is there already: one such row, and none is stored.
 *
 * By itself it would not notice that the table's key is not unique any more, and store repeats as rows (promise
 * P2). So an INSERT of no row stands before it, in the same message and transaction, and is refused unless PostgreSQL
 * can tell such rows; its lock keeps it so until the copy is committed.
 */
export function copyStatement(table: Table): string {
  const target = quoteName(table.name);
  const key = quoteList(keyNames(table));
  const check = `INSERT INTO ${target} (${key}) SELECT ${key} FROM ${target} WHERE false ON CONFLICT (${key}) DO NOTHING`;
  return `${check}; COPY ${target} (${quoteList(columnNames(table))}) FROM STDIN`;
}

/**
 * Stores rows in one transaction of one statement, or none of them. They are sent as they come, so that PostgreSQL stores
 * the first while the caller decodes the next.
 *
 * @param statement from {@link copyStatement}
 * @param lines from `encodeLines`
 * @returns how many rows the table has got: a trigger can keep some out
 */
export async function copyLines(
  connection: Connection,
  statement: string,
  lines: AsyncIterable<Buffer>,
): Promise<number> {
  const copy = connection.query(copyFrom(statement));
  const end = finished(copy);
  send(copy, lines, end).catch((error) => copy.destroy(error));
  await end;
  return copy.rowCount;
}

/** One piece at a time, for what waits in the stream when PostgreSQL refuses the copy would be sent to nobody. */
async function send(
  copy: Writable,
  lines: AsyncIterable<Buffer>,
  end: Promise<void>,
): Promise<void> {
  let over = false;
  const ended = end
    .catch(() => {})
    .then(() => {
      over = true;
    });
  for await (const some of lines) {
    if (over) return;
    if (!copy.write(some)) await Promise.race([once(copy, 'drain'), ended]).catch(() => {});
  }
  if (!over) copy.end();
}
