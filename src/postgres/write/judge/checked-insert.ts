import pg from 'pg';
import type { Table, Values } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames, keyNames, quoteList, quoteName } from '../../identifiers.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { type Judgement, judgementsOf, type Refusal, refusal } from './judgements.ts';
import { versionOf } from './read-rules.ts';
import type { Rules } from './rules.ts';
import type { Suspects } from './suspects.ts';
import { asDefined, asTable, own } from './table-row.ts';

/** A statement that inserts the rows that PostgreSQL takes, and names the others. */
export interface CheckedInsert {
  readonly statement: Prepared;
  readonly judgements: readonly Judgement[];
  readonly names: readonly string[];
  /** Of the rules that it judges by. */
  readonly version: string;
}

/** What became of rows, by their places among them. */
export interface Checked {
  readonly inserted: number;
  readonly refused: ReadonlyMap<number, Refusal>;
  /** Neither inserted nor refused: in each, another row has its key, or a value that must be unique. */
  readonly passed: readonly number[];
  /** Whether the rules were still those that the rows were judged by. */
  readonly current: boolean;
}

/**
 * Builds the statement. It judges each row by what the catalogue declares, at about the price of the insert itself, where
 * a search by statements that fail costs one for each refused row and more.
 *
 * Values are cast as the plain insert does it. For the judgement alone they are cast to the types of the table's columns:
 * with a length, such a cast cuts, and what is inserted must not be cut. Names of ours begin with `#`, which no expression
 * of a constraint can mean.
 *
 * Where rows must be unique beside their key, the conflict names no index, so that PostgreSQL passes over any row that
 * conflicts; which of them are refused, `findObstacles` asks afterwards. The first statement proves that the key is unique.
 */
export function checkedInsert(table: Table, rules: Rules, suspects: Suspects): CheckedInsert {
  const { columns } = table;
  const names = columnNames(table);
  const target = quoteName(table.name);
  const judgements = judgementsOf(table, rules, suspects);
  const cases = judgements.map(({ holds }, index) => `WHEN ${holds} THEN ${index}`);
  const list = quoteList(names);
  const key = quoteList(keyNames(table));
  const oid = `to_regclass(${pg.escapeLiteral(target)})::oid`;
  const { types, unique } = suspects;
  const text = `
WITH ${unique ? `proof AS (INSERT INTO ${target} (${key}) SELECT ${key} FROM ${target} WHERE false ON CONFLICT (${key}) DO NOTHING),` : ''}
batch AS ${types ? 'MATERIALIZED' : ''} (
  SELECT number::int - 1 AS "#position", row${types ? `, ${areValid(table, rules)} AS "#valid"` : ''}
    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)),
asked AS (SELECT "#position", ${asDefined(table)} FROM batch ${types ? 'WHERE "#valid"' : ''}),
judged AS MATERIALIZED (
  SELECT asked.*, ${cases.length > 0 ? `CASE ${cases.join(' ')} END` : 'NULL::int'} AS "#refusal"
    FROM asked CROSS JOIN LATERAL (SELECT ${asTable(table, rules)}) AS r),
inserted AS (
  INSERT INTO ${target} (${list})
  SELECT ${columns.map((_, at) => own(at)).join(', ')} FROM judged WHERE "#refusal" IS NULL
      ON CONFLICT ${unique ? '' : `(${key})`} DO NOTHING RETURNING ${unique ? key : '1'}),
refused AS (
  SELECT "#position", "#refusal", NULL::json AS "#invalid" FROM judged WHERE "#refusal" IS NOT NULL
  ${types ? `UNION ALL SELECT "#position", NULL, (${whatIsInvalid(table, rules)}) FROM batch WHERE NOT "#valid"` : ''})
SELECT (SELECT count(*)::int FROM inserted) AS inserted,
       (SELECT json_agg(json_build_array("#position", "#refusal", "#invalid")) FROM refused) AS refused,
       ${unique ? passedBy(table) : 'NULL'} AS passed,
       CASE WHEN EXISTS (SELECT FROM refused) THEN ${versionOf(oid)} END AS version`;
  return { statement: prepared(text), judgements, names, version: rules.version };
}

/** Types that values of a column must be of: the one that they are cast to, and the column's own. */
function typesAt({ columns }: Table, rules: Rules, at: number): readonly string[] {
  const [wanted, ruled] = [columns[at]?.type ?? '', rules.columns[at]];
  if (ruled?.takesAll && /^(text|varchar)$/.test(wanted)) return [];
  return ruled?.same ? [wanted] : [wanted, ruled?.type ?? wanted];
}

/** The name of the type is a constant on purpose: another one for each row would be looked up for each. */
function areValid(table: Table, rules: Rules): string {
  const all = table.columns.flatMap((_, at) =>
    typesAt(table, rules, at).map(
      (type) => `pg_input_is_valid(row->>${at}, ${pg.escapeLiteral(type)}) IS NOT FALSE`,
    ),
  );
  return all.join(' AND ') || 'true';
}

/** For each column that refuses its value, its place and the SQLSTATE. */
function whatIsInvalid(table: Table, rules: Rules): string {
  const all = table.columns.flatMap((_, at) =>
    typesAt(table, rules, at).map(
      (type) =>
        `(${at}, (SELECT sql_error_code FROM pg_input_error_info(row->>${at}, ${pg.escapeLiteral(type)})))`,
    ),
  );
  if (all.length === 0) return 'NULL';
  return `SELECT json_agg(json_build_array(at, code) ORDER BY at) FROM (VALUES ${all.join(', ')}) AS field(at, code) WHERE code IS NOT NULL`;
}

/**
 * Asked only where a row is missing: nearly always none is. NOT IN is answered by a hash; NOT EXISTS was a nested loop, as the
 * planner expects few rows, and took a second for 5,000. No key is NULL.
 */
function passedBy(table: Table): string {
  const key = table.key.map((position) => `judged.${own(position)}`);
  return `CASE WHEN (SELECT count(*) FROM inserted) < (SELECT count(*) FROM judged WHERE "#refusal" IS NULL)
    THEN (SELECT json_agg("#position") FROM judged
           WHERE "#refusal" IS NULL AND (${key.join(', ')}) NOT IN (SELECT ${quoteList(keyNames(table))} FROM inserted)) END`;
}

interface Found {
  readonly inserted: number;
  readonly refused:
    | readonly (readonly [number, number | null, readonly (readonly [number, string])[] | null])[]
    | null;
  readonly passed: readonly number[] | null;
  readonly version: string | null;
}

/**
 * @throws whatever `pg` throws, when a row is refused for what it was not judged by
 */
export async function insertChecked(
  connection: Connection,
  { statement, judgements, names, version }: CheckedInsert,
  rows: readonly Values[],
): Promise<Checked> {
  const values = [JSON.stringify(rows)];
  const [found] = (await connection.query<Found>({ ...statement, values })).rows;
  const refused = (found?.refused ?? []).map(([position, index, invalid]) => {
    const judged = judgements[index ?? -1]?.refusal;
    const columns = [...new Set(invalid?.map(([at]) => names[at] ?? ''))];
    return [position, judged ?? refusal(invalid?.[0]?.[1] ?? null, null, columns)] as const;
  });
  return {
    inserted: found?.inserted ?? 0,
    refused: new Map(refused),
    passed: found?.passed ?? [],
    current: refused.length === 0 || found?.version === version,
  };
}
