import type { Table, Values } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { quoteList, quoteName } from '../../identifiers.ts';
import type { Rules, Unique } from './rules.ts';
import { asDefined, asTable, isThere, own } from './table-row.ts';

/** What keeps a row from the table: a row with its key, or the index in which another row has its values. */
export interface Obstacle {
  /** Place among the rows. */
  readonly position: number;
  readonly there: boolean;
  /** Name of the constraint or index; null when there is none now, or none that can be asked. */
  readonly constraint: string | null;
}

/**
 * The statement that finds them. It has no name, and so is planned each time: a plan from when the table was empty reads
 * all of it for each row.
 */
export function findObstaclesStatement(table: Table, rules: Rules): string {
  const cases = rules.uniques
    .filter(({ judged }) => judged)
    .map((unique) => `WHEN ${hasRival(table, unique)} THEN ${rules.uniques.indexOf(unique)}`);
  return `
SELECT "#position" AS position, ${isThere(table, rules)} AS there,
       ${cases.length > 0 ? `CASE ${cases.join(' ')} END` : 'NULL::int'} AS rival
  FROM (SELECT number::int - 1 AS "#position", ${asDefined(table, [...table.columns.keys()])}
          FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)) AS asked
       CROSS JOIN LATERAL (SELECT ${asTable(table, rules)}) AS r`;
}

/** Whether another row has the values of a row in an index. */
function hasRival(table: Table, unique: Unique): string {
  return `EXISTS (SELECT ${rivalsOf(table, unique, '')})`;
}

/**
 * What the row that has the values of a row in an index makes of it; NULL where there is none.
 *
 * @param stays SQL, for a row that no transaction deletes or changes at present: until such a one ends, nobody knows what becomes
 *   of an insert. https://www.postgresql.org/docs/current/ddl-system-columns.html
 * @param mayGo SQL, for another one
 */
export function byRival(table: Table, unique: Unique, stays: string, mayGo: string): string {
  const rivals = rivalsOf(table, unique, ', xmax AS "#xmax"');
  return `(SELECT CASE WHEN rival."#xmax" = 0 THEN ${stays} ELSE ${mayGo} END ${rivals} LIMIT 1)`;
}

/** @param more columns of the rival */
function rivalsOf(table: Table, unique: Unique, more: string): string {
  const { expressions, predicate, nullsNotDistinct } = unique;
  const parts = expressions.map((expression, part) => `(${expression}) AS ${own(part)}`).join(', ');
  const where = predicate === null ? '' : `WHERE ${predicate}`;
  const columns = table.columns.map(({ name }) => `r.${quoteList([name])} AS ${quoteList([name])}`);
  const same = expressions.map((_, part) => {
    const [a, b] = [`rival.${own(part)}`, `mine.${own(part)}`];
    return nullsNotDistinct ? `(${a} = ${b} OR ${a} IS NULL AND ${b} IS NULL)` : `${a} = ${b}`;
  });
  return `FROM (SELECT ${parts}${more} FROM ${quoteName(table.name)} ${where}) AS rival,
    (SELECT ${parts} FROM (SELECT ${columns.join(', ')}) AS own ${where}) AS mine WHERE ${same.join(' AND ')}`;
}

/**
 * @param statement from {@link findObstaclesStatement}
 * @param rows whose values are of their types
 */
export async function findObstacles(
  connection: Connection,
  statement: string,
  { uniques }: Rules,
  rows: readonly Values[],
): Promise<readonly Obstacle[]> {
  const values = [JSON.stringify(rows)];
  const found = await connection.query<{ position: number; there: boolean; rival: number | null }>({
    text: statement,
    values,
  });
  return found.rows.map(({ position, there, rival }) => ({
    ...{ position, there },
    constraint: uniques[rival ?? -1]?.name ?? null,
  }));
}
