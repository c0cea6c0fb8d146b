import type { Table } from '../../../record/table.ts';
import { quoteList, quoteName } from '../../identifiers.ts';
import type { Rules } from '../judge/rules.ts';
import { type Prepared, prepared } from '../prepared.ts';
import type { State, StatesTable } from './state.ts';

const quoted = (name: string) => quoteList([name]);

/** Key and version as the table has them: its type and collation decide what is equal and what is newer. */
function asStored({ columns }: Table, rules: Rules | null, at: number, text: string): string {
  const cast = `(${text})::${columns[at]?.type}`;
  const { type, collation } = rules?.columns[at] ?? {};
  return `${cast}${type && type !== columns[at]?.type ? `::${type}` : ''}${collation ? ` COLLATE ${collation}` : ''}`;
}

/**
 * `position`, `k0`… and `v0`… of the records that are the first parameter, an array of arrays.
 *
 * @param placeOf where a column is in these; without it they are of key and version alone
 * @param more columns
 */
function asked(
  table: StatesTable,
  rules: Rules | null,
  placeOf?: (at: number) => number,
  more: readonly string[] = [],
): string {
  const { key, states } = table;
  const at = (column: number, place: number) =>
    asStored(table, rules, column, `row->>${placeOf?.(column) ?? place}`);
  const list = [
    ...key.map((column, place) => `${at(column, place)} AS k${place}`),
    ...states.version.map((column, place) => `${at(column, key.length + place)} AS v${place}`),
    ...more,
  ];
  return `SELECT number::int - 1 AS position, ${list.join(', ')}
    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)`;
}

const names = (count: number, letter: string, prefix = '') =>
  Array.from({ length: count }, (_, place) => `${prefix}${letter}${place}`);

/** What {@link asked} takes of a record. */
export const keyAndVersion = ({ key, states }: StatesTable, { row }: State) =>
  [...key, ...states.version].map((at) => row[at] ?? null);

/** Tells which records have one key, and which of these is newer: a {@link Compared} for each. */
export function compareStatement(table: StatesTable, rules: Rules | null): string {
  const key = names(table.key.length, 'k').join(', ');
  const version = names(table.states.version.length, 'v').join(', ');
  return `SELECT dense_rank() OVER (ORDER BY ${key})::int AS "group",
    dense_rank() OVER (PARTITION BY ${key} ORDER BY ${version})::int AS rank
    FROM (${asked(table, rules)}) AS asked ORDER BY position`;
}

/** Names the newest of each key, by its place. */
export function newestStatement(table: StatesTable, rules: Rules | null): string {
  const key = names(table.key.length, 'k').join(', ');
  const newer = names(table.states.version.length, 'v').map((one) => `${one} DESC`);
  return `SELECT DISTINCT ON (${key}) position FROM (${asked(table, rules)}) AS asked
    ORDER BY ${key}, ${newer.join(', ')}, position`;
}

/** Tells of records whether the table has their key, and a newer version of it. */
export function standingStatement(table: StatesTable, rules: Rules | null): string {
  const { there, version } = joined(table, rules);
  const key = names(table.key.length, 'k', 'asked.').join(', ');
  return `SELECT position, dense_rank() OVER (ORDER BY ${key})::int AS "group", there.${quoted(table.columns[table.key[0] ?? 0]?.name ?? '')} IS NULL AS missing,
      coalesce((${version('there')}) > (${names(table.states.version.length, 'v', 'asked.').join(', ')}), false) AS stale
    FROM (${asked(table, rules)}) AS asked LEFT JOIN ${quoteName(table.name)} AS there ON ${there}`;
}

/** Shows the rows of the records' keys as JSON, with what an update reads or writes: no more must be seen. NULL where there is none. */
export function rowsStatement(table: StatesTable, rules: Rules | null): string {
  const { columns, key, states } = table;
  const seen = new Set([...key, ...states.version, ...states.update]);
  const shown = [...columns.keys()]
    .filter((at) => seen.has(at))
    .map((at) => columns[at]?.name ?? '');
  const list = [...shown, ...(states.deletedAt === undefined ? [] : [states.deletedAt])]
    .map((name) => `there.${quoted(name)}`)
    .join(', ');
  return `SELECT position, (SELECT to_json(seen) FROM (SELECT ${list} FROM ${quoteName(table.name)} AS there
      WHERE ${joined(table, rules).there}) AS seen)::text AS row
    FROM (${asked(table, rules)}) AS asked`;
}

function joined({ columns, key, states }: StatesTable, rules: Rules | null) {
  const name = (at: number) => quoted(columns[at]?.name ?? '');
  const there = key
    .map((at, place) => `there.${name(at)} ${rules?.columns[at]?.equal ?? '='} asked.k${place}`)
    .join(' AND ');
  return {
    there,
    version: (prefix: string) => states.version.map((at) => `${prefix}.${name(at)}`).join(', '),
  };
}

/**
 * Writes records of one shape, unless the table has a version that is as new. Rows are written in the order of their key, so that two
 * writers wait for each other and do not deadlock. Only what is written is cast to the types of its columns.
 *
 * @param table whose columns are cast as they are written
 * @param one of the shape
 * @param reduces whether several can have one key: then the newest is written, which the table's own types decide. That takes a
 *   quarter more; without it they must come in the order of their key
 */
export function writeStatement(
  table: StatesTable,
  rules: Rules | null,
  one: State,
  reduces: boolean,
): Prepared {
  const { columns, key, states } = table;
  const { update, deletedAt } = states;
  const sent = sentBy(table, one);
  const name = (at: number) => quoted(columns[at]?.name ?? '');
  const values = sent.map((at, place) => `(row->>${place})::${columns[at]?.type}`);
  const set = sent
    .filter((at) => update.includes(at))
    .map((at) => `${name(at)} = excluded.${name(at)}`);
  const mark = deletedAt && quoted(deletedAt);
  if (mark) set.push(`${mark} = ${one.isTombstone ? `excluded.${mark}` : 'NULL'}`);
  const isMarked = mark && one.isTombstone;
  const { version } = joined(table, rules);
  const onKey = names(key.length, 'k').join(', ');
  const newer = names(states.version.length, 'v').map((one) => `${one} DESC`);
  const newest = `(SELECT DISTINCT ON (${onKey}) row FROM (${asked(table, rules, (at) => sent.indexOf(at), ['row'])}) AS asked
         ORDER BY ${onKey}, ${newer.join(', ')}, position) AS newest`;
  return prepared(`
INSERT INTO ${quoteName(table.name)} AS there (${[...sent.map(name), ...(isMarked ? [mark] : [])].join(', ')})
SELECT ${[...values, ...(isMarked ? [`(row->>${sent.length})::timestamptz`] : [])].join(', ')}
  FROM ${reduces ? newest : 'jsonb_array_elements($1::jsonb) AS batch(row)'}
    ON CONFLICT (${key.map(name).join(', ')}) DO UPDATE SET ${set.join(', ')} WHERE (${version('there')}) < (${version('excluded')})`);
}

/** Removes the rows of the records, unless the table has a newer version. */
export function removeStatement(table: StatesTable, rules: Rules | null): Prepared {
  const { there, version } = joined(table, rules);
  return prepared(`
DELETE FROM ${quoteName(table.name)} AS there USING (${asked(table, rules)}) AS asked
 WHERE ${there} AND (${version('there')}) <= (${names(table.states.version.length, 'v', 'asked.').join(', ')})`);
}

/** The columns that a record of a shape writes. */
function sentBy({ columns }: Table, { absent }: State): readonly number[] {
  return [...columns.keys()].filter((at) => !absent.includes(at));
}

/** What {@link writeStatement} takes of a record. */
export function valuesOf(table: StatesTable, one: State): readonly (string | null)[] {
  const values = sentBy(table, one).map((at) => one.row[at] ?? null);
  if (!one.isTombstone) return values;
  const { timestamp } = one.record;
  return [...values, new Date(timestamp < 0 ? Date.now() : timestamp).toISOString()];
}
