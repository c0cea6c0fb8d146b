import pg from 'pg';
import type { Column, Table, Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { keyNames, quoteList, quoteName } from '../identifiers.ts';
import { asCast } from './judge/as-cast.ts';
import { versionOf } from './judge/read-rules.ts';
import type { RuledColumn, Rules } from './judge/rules.ts';

/** Rows whose keys were looked for in the table, by their places among those that were asked about, in no order. */
export interface Found {
  /** Other records than those that have their keys there. */
  readonly others: readonly number[];
  /** No row of the table has their keys. */
  readonly missing: readonly number[];
}

/** Looks for rows in the table; null when it cannot tell and conflicts are passed over anyway. */
export type FindConflicts = (rows: readonly Values[], deadline: Deadline) => Promise<Found | null>;

/**
 * The statement that tells which rows are other records than the ones that have their keys in the table, and which keys the
 * table does not have. Of a redelivery it returns nothing at all.
 *
 * It is the same record when the coordinates that the table holds are equal, or else all columns that come from the
 * record's content are: a producer that sends a record twice gives it two offsets, and whoever changes a stored row leaves
 * its coordinates.
 *
 * Keys are compared as the index of the key does it, by the column's own type and collation, as far as the rules are known.
 *
 * It is planned each time: a plan that was made while the table was empty would read all of it, until PostgreSQL has
 * analyzed the table. A backlog of 100,000 records with repeats read 12 million rows so, and 0.8 million now.
 *
 * @param rules null where they cannot be read
 */
export function findConflictsStatement(table: Table, rules: Rules | null): string {
  const { columns, key } = table;
  const asked = columns.map(({ type }, position) => `(row->>${position})::${type} AS c${position}`);
  const onKey = key.map((position) => {
    const name = quoteList([columns[position]?.name ?? '']);
    const { type = null, collation = null, equal = '=' } = rules?.columns[position] ?? {};
    const cast = `${type ? `::${type}` : ''}${collation ? ` COLLATE ${collation}` : ''}`;
    return `there.${name} ${equal} asked.c${position}${cast}`;
  });
  // No column of the key is NULL in the table.
  const missing = `there.${quoteList(keyNames(table).slice(0, 1))} IS NULL`;
  const equal = (at: number) => isEqual(columns[at] as Column, at, rules?.columns[at]);
  const positions = [...columns.keys()];
  const coordinates = positions.filter((position) => columns[position]?.coordinate);
  const content = positions.filter((at) => !columns[at]?.coordinate && !key.includes(at));
  const oid = `to_regclass(${pg.escapeLiteral(quoteName(table.name))})::oid`;
  const same = [
    ...(isLocated(columns) ? [coordinates.map(equal).join(' AND ')] : []),
    content.map(equal).join(' AND ') || 'true',
  ];
  return `
    SELECT asked.position, ${missing} AS missing, ${rules ? `(SELECT ${versionOf(oid)})` : 'NULL'} AS version
      FROM (SELECT number::int - 1 AS position, ${asked.join(', ')}
              FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)) AS asked
      LEFT JOIN ${quoteName(table.name)} AS there ON ${onKey.join(' AND ')}
     WHERE ${missing} OR NOT (${same.map((all) => `(${all})`).join(' OR ')})`;
}

/** Other coordinates than the offset are the same for many records. */
function isLocated(columns: readonly Column[]): boolean {
  return columns.some(({ coordinate }) => coordinate === 'offset');
}

/**
 * A column of another type, or with a length, can hold another value than the one that came: rounded, or without the spaces at
 * its end. So the value is cast as it was stored; PostgreSQL has taken it, or the row would not be asked about.
 */
function isEqual({ name, type }: Column, position: number, ruled: RuledColumn | undefined): string {
  const cast = COMPARABLE.test(type) ? '' : '::text';
  const stored = ruled && !ruled.same ? `::${ruled.type}` : '';
  return `there.${quoteList([name])}${cast} IS NOT DISTINCT FROM asked.c${position}${stored}${cast}`;
}

/** The others are compared as text: `json` cannot be compared, and a month as an `interval` is equal to 30 days. */
const COMPARABLE =
  /^(text|varchar|uuid|boolean|smallint|integer|bigint|numeric|real|double precision|timestamptz|timestamp|date|time|jsonb|bytea|inet|(timestamp|time) with(out)? time zone|character varying)(\[\])?$/;

interface Compared extends Found {
  /** Of the rules at that time; undefined where nothing was found, or nobody knows. */
  readonly version: string | undefined;
}

/** @param statement from {@link findConflictsStatement} */
export async function findConflicts(
  connection: Connection,
  statement: string,
  rows: readonly Values[],
): Promise<Compared> {
  const { rows: found } = await connection.query<Row>({
    text: statement,
    values: [JSON.stringify(rows)],
  });
  const places = (missing: boolean) =>
    found.filter((one) => one.missing === missing).map(({ position }) => position);
  return { others: places(false), missing: places(true), version: found[0]?.version ?? undefined };
}

interface Row {
  readonly position: number;
  readonly missing: boolean;
  readonly version: string | null;
}

/**
 * @param ask does work on a connection; resolves to null where it cannot
 * @param rules of the table, as they are known; null where they cannot be read
 * @param forget has them read again
 */
export function createFindConflicts(
  table: Table,
  ask: <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T | null>,
  rules: (deadline: Deadline) => Promise<Rules | null>,
  forget: () => void,
): FindConflicts {
  let made: { readonly by: Rules | null; readonly statement: string } | undefined;

  return async function find(rows, deadline) {
    const by = await rules(deadline);
    if (!made || made.by !== by)
      made = { by, statement: findConflictsStatement(asCast(table, by), by) };
    const { statement } = made;
    const found = await ask(deadline, (connection) => findConflicts(connection, statement, rows));
    if (!by || !found?.version || found.version === by.version) return found;
    // Values were compared as columns were before.
    forget();
    return find(rows, deadline);
  };
}
