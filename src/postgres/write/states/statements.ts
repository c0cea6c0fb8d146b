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

/** `position`, `k0`… and `v0`… of the records that are the first parameter, an array of arrays of key, version and more. */
function asked(table: StatesTable, rules: Rules | null, more: readonly string[] = []): string {
  const { key, states } = table;
  const list = [
    ...key.map((at, place) => `${asStored(table, rules, at, `row->>${place}`)} AS k${place}`),
    ...states.version.map(
      (at, place) => `${asStored(table, rules, at, `row->>${key.length + place}`)} AS v${place}`,
    ),
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

/** Tells of records whether the table has their key, and a newer version of it. */
export function standingStatement(table: StatesTable, rules: Rules | null): string {
  const { there, version } = joined(table, rules);
  return `SELECT position, there.${quoted(table.columns[table.key[0] ?? 0]?.name ?? '')} IS NULL AS missing,
      coalesce((${version('there')}) > (${names(table.states.version.length, 'v', 'asked.').join(', ')}), false) AS stale
    FROM (${asked(table, rules)}) AS asked LEFT JOIN ${quoteName(table.name)} AS there ON ${there}`;
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

/** Of the records of one key, which differ in nothing but texts that the table takes for equal, the newest. */
function newest(table: StatesTable, rules: Rules | null, more: readonly string[]): string {
  const key = names(table.key.length, 'k').join(', ');
  const version = names(table.states.version.length, 'v').map((name) => `${name} DESC`);
  return `newest AS MATERIALIZED (SELECT DISTINCT ON (${key}) * FROM (${asked(table, rules, more)}) AS asked
    ORDER BY ${key}, ${version.join(', ')}, position)`;
}

/** How {@link writeStatement} and {@link removeStatement} answer. */
export interface Answer {
  readonly written: number;
  /** Places of the records whose rows were not written. */
  readonly left: readonly number[] | null;
}

/**
 * Writes records of one shape, no two of one key, unless the table has a version that is as new. Rows are written in the order
 * of their key, so that two writers wait for each other and do not deadlock.
 *
 * @param table whose columns are cast as they are written
 * @param one of the shape
 */
export function writeStatement(table: StatesTable, rules: Rules | null, one: State): Prepared {
  const { columns, key, states } = table;
  const { update, deletedAt } = states;
  const sent = sentBy(table, one);
  const offset = key.length + states.version.length;
  const value = (at: number) => `"#${at}"`;
  const more = sent.map(
    (at, place) => `(row->>${offset + place})::${columns[at]?.type} AS ${value(at)}`,
  );
  const name = (at: number) => quoted(columns[at]?.name ?? '');
  const target = quoteName(table.name);
  const marks =
    deletedAt && one.isTombstone
      ? [`(row->>${offset + sent.length})::timestamptz AS "#deleted"`]
      : [];
  const list = [...sent.map(name), ...(marks.length > 0 ? [quoted(deletedAt as string)] : [])];
  const values = [...sent.map(value), ...(marks.length > 0 ? ['"#deleted"'] : [])];
  const set = [
    ...sent.filter((at) => update.includes(at)).map((at) => `${name(at)} = excluded.${name(at)}`),
    ...(deletedAt
      ? [`${quoted(deletedAt)} = ${one.isTombstone ? `excluded.${quoted(deletedAt)}` : 'NULL'}`]
      : []),
  ];
  const { version } = joined(table, rules);
  const onKey = names(key.length, 'k').join(', ');
  const keyNames = key.map(name).join(', ');
  return prepared(`
WITH ${newest(table, rules, [...more, ...marks])},
written AS (
  INSERT INTO ${target} AS there (${list.join(', ')})
  SELECT ${values.join(', ')} FROM newest ORDER BY ${onKey}
      ON CONFLICT (${keyNames}) DO UPDATE SET ${set.join(', ')} WHERE (${version('there')}) < (${version('excluded')})
   RETURNING ${key.map((at) => `there.${name(at)}`).join(', ')})
SELECT (SELECT count(*)::int FROM written) AS written,
  CASE WHEN (SELECT count(*) FROM written) < (SELECT count(*) FROM newest)
    THEN (SELECT json_agg(position) FROM newest WHERE (${onKey}) NOT IN (SELECT * FROM written)) END AS left`);
}

/** Removes the rows of the records, unless the table has a newer version. */
export function removeStatement(table: StatesTable, rules: Rules | null): Prepared {
  const { there, version } = joined(table, rules);
  const on = there.replaceAll('asked.', 'newest.');
  return prepared(`
WITH ${newest(table, rules, [])},
gone AS (
  DELETE FROM ${quoteName(table.name)} AS there USING newest
   WHERE ${on} AND (${version('there')}) <= (${names(table.states.version.length, 'v', 'newest.').join(', ')}) RETURNING 1)
SELECT (SELECT count(*)::int FROM gone) AS written,
  CASE WHEN (SELECT count(*) FROM gone) < (SELECT count(*) FROM newest) THEN (SELECT json_agg(position) FROM newest) END AS left`);
}

/** The columns that a record of a shape writes. */
function sentBy({ columns }: Table, { absent }: State): readonly number[] {
  return [...columns.keys()].filter((at) => !absent.includes(at));
}

/** What {@link writeStatement} takes of a record. */
export function valuesOf(table: StatesTable, one: State): readonly (string | null)[] {
  const values = sentBy(table, one).map((at) => one.row[at] ?? null);
  if (!one.isTombstone) return [...keyAndVersion(table, one), ...values];
  const { timestamp } = one.record;
  const time = new Date(timestamp < 0 ? Date.now() : timestamp).toISOString();
  return [...keyAndVersion(table, one), ...values, time];
}
