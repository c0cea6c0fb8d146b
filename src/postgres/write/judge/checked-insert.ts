import type { Table, Values } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames, keyNames, quoteList, quoteName } from '../../identifiers.ts';
import { type Prepared, prepared } from '../prepared.ts';
import { type Judgement, judgementsOf, type Refusal } from './judgements.ts';
import type { Rules } from './rules.ts';
import type { Suspects } from './suspects.ts';
import { asTable, own } from './table-row.ts';
import { batchOf, invalidOf, isStill, NAMES_REFUSED, type Named, refusalsOf } from './verdict.ts';

/** A statement that inserts the rows that PostgreSQL takes, and names the others. */
export interface CheckedInsert {
  readonly statement: Prepared;
  readonly judgements: readonly Judgement[];
  readonly names: readonly string[];
  /** Whether the rules are still those that it judges by. */
  isCurrent(connection: Connection): Promise<boolean>;
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
  const { types, unique } = suspects;
  const text = `
WITH ${unique ? `proof AS (INSERT INTO ${target} (${key}) SELECT ${key} FROM ${target} WHERE false ON CONFLICT (${key}) DO NOTHING),` : ''}
${batchOf(table, rules, types)},
judged AS MATERIALIZED (
  SELECT asked.*, ${cases.length > 0 ? `CASE ${cases.join(' ')} END` : 'NULL::int'} AS "#refusal"
    FROM asked CROSS JOIN LATERAL (SELECT ${asTable(table, rules)}) AS r),
inserted AS (
  INSERT INTO ${target} (${list})
  SELECT ${columns.map((_, at) => own(at)).join(', ')} FROM judged WHERE "#refusal" IS NULL
      ON CONFLICT ${unique ? '' : `(${key})`} DO NOTHING RETURNING ${unique ? key : '1'}),
refused AS (
  SELECT "#position", "#refusal", NULL::json AS "#invalid" FROM judged WHERE "#refusal" IS NOT NULL
  ${invalidOf(table, rules, types)})
SELECT (SELECT count(*)::int FROM inserted) AS inserted, ${unique ? passedBy(table) : 'NULL'} AS passed, ${NAMES_REFUSED}`;
  return { statement: prepared(text), judgements, names, isCurrent: isStill(table, rules) };
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

interface Found extends Named {
  readonly inserted: number;
  readonly passed: readonly number[] | null;
}

/**
 * @throws whatever `pg` throws, when a row is refused for what it was not judged by
 */
export async function insertChecked(
  connection: Connection,
  { statement, judgements, names, isCurrent }: CheckedInsert,
  rows: readonly Values[],
): Promise<Checked> {
  const values = [JSON.stringify(rows)];
  const [found] = (await connection.query<Found>({ ...statement, values })).rows;
  const refused = refusalsOf(found, judgements, names);
  const passed = found?.passed ?? [];
  return {
    ...{ inserted: found?.inserted ?? 0, refused, passed },
    current: (refused.size === 0 && passed.length === 0) || (await isCurrent(connection)),
  };
}
