import type { Table } from '../../../record/table.ts';
import { quoteList, quoteName } from '../../identifiers.ts';
import type { Rules } from '../judge/rules.ts';
import type { State, StatesTable } from './state.ts';

const quoted = (name: string) => quoteList([name]);

/**
 * Key and version as the table has them: its type and collation decide what is equal and what is newer. A cast to a length would cut,
 * and make one key of two.
 */
function asStored({ columns }: Table, rules: Rules | null, at: number, text: string): string {
  const cast = `(${text})::${columns[at]?.type}`;
  const { compared, collation } = rules?.columns[at] ?? {};
  return `${cast}${compared && compared !== columns[at]?.type ? `::${compared}` : ''}${collation ? ` COLLATE ${collation}` : ''}`;
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
  return `SELECT position, there.${quoted(table.columns[table.key[0] ?? 0]?.name ?? '')} IS NULL AS missing,
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

/** What a statement writes of records of a shape, which are the rows of a JSON array. */
function assignments(table: StatesTable, one: State) {
  const { columns, states } = table;
  const sent = sentBy(table, one);
  const name = (at: number) => quoted(columns[at]?.name ?? '');
  const values = sent.map((at, place) => `(row->>${place})::${columns[at]?.type}`);
  const written = sent.map((at, place) => ({ at, name: name(at), value: values[place] ?? '' }));
  const mark = states.deletedAt && quoted(states.deletedAt);
  const marked = mark && one.isTombstone ? `(row->>${sent.length})::timestamptz` : null;
  return { written, mark, marked, sent };
}

/**
 * Writes records of one shape, each of another key, unless the table has a version that is as new. They must come in the order of
 * their key, so that two writers wait for each other and seldom deadlock. Only what is written is cast to the types of its columns.
 *
 * @param table whose columns are cast as they are written
 * @param one of the shape
 */
export function writeStatement(table: StatesTable, rules: Rules | null, one: State): string {
  const { columns, key, states } = table;
  const { written, mark, marked } = assignments(table, one);
  const set = written
    .filter(({ at }) => states.update.includes(at))
    .map(({ name }) => `${name} = excluded.${name}`);
  if (mark) set.push(`${mark} = ${marked ? `excluded.${mark}` : 'NULL'}`);
  const { version } = joined(table, rules);
  const into = [...written.map(({ name }) => name), ...(marked ? [mark] : [])];
  const values = [...written.map(({ value }) => value), ...(marked ? [marked] : [])];
  return `
INSERT INTO ${quoteName(table.name)} AS there (${into.join(', ')})
SELECT ${values.join(', ')} FROM jsonb_array_elements($1::jsonb) AS batch(row)
    ON CONFLICT (${key.map((at) => quoted(columns[at]?.name ?? '')).join(', ')}) DO UPDATE SET ${set.join(', ')} WHERE (${version('there')}) < (${version('excluded')})`;
}

/** Changes rows that are there in the same way. PostgreSQL then asks of the row that it becomes whether it may be, and of no new one. */
export function updateStatement(table: StatesTable, rules: Rules | null, one: State): string {
  const { states } = table;
  const { written, mark, marked, sent } = assignments(table, one);
  const set = written
    .filter(({ at }) => states.update.includes(at))
    .map(({ name, value }) => `${name} = ${value}`);
  if (mark) set.push(`${mark} = ${marked ?? 'NULL'}`);
  const { there, version } = joined(table, rules);
  const placeOf = (at: number) => sent.indexOf(at);
  return `
UPDATE ${quoteName(table.name)} AS there SET ${set.join(', ')}
  FROM (${asked(table, rules, placeOf, ['row'])}) AS asked
 WHERE ${there} AND (${version('there')}) < (${names(states.version.length, 'v', 'asked.').join(', ')})`;
}

/** Removes the rows of the records, unless the table has a version that is as new. */
export function removeStatement(table: StatesTable, rules: Rules | null): string {
  const { there, version } = joined(table, rules);
  return `
DELETE FROM ${quoteName(table.name)} AS there USING (${asked(table, rules)}) AS asked
 WHERE ${there} AND (${version('there')}) < (${names(table.states.version.length, 'v', 'asked.').join(', ')})`;
}

/** The columns that a record of a shape writes. */
function sentBy({ columns }: Table, { absent }: State): readonly number[] {
  return [...columns.keys()].filter((at) => !absent.includes(at));
}

/** What {@link writeStatement} takes of a record. */
export function valuesOf(one: State): readonly (string | null)[] {
  const { row, absent, isTombstone } = one;
  const values = absent.length === 0 ? row : row.filter((_, at) => !absent.includes(at));
  if (!isTombstone) return values;
  return [...values, one.deletedAt];
}
