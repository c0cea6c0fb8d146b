import type { Table, Values } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames, keyNames } from '../../identifiers.ts';
import { byRival } from './find-obstacles.ts';
import { type Judgement, judgementsOf, type Refusal, refusal } from './judgements.ts';
import type { Rules, Unique } from './rules.ts';
import type { Suspects } from './suspects.ts';
import { asTable, isThere } from './table-row.ts';
import {
  batchOf,
  invalidOf,
  isStill,
  NAMES_REFUSED,
  type Named,
  refusalsOf,
  typesAt,
} from './verdict.ts';

/** A statement that names the rows that PostgreSQL would refuse, and stores none. */
export interface Judge {
  readonly text: string;
  readonly judgements: readonly Pick<Judgement, 'refusal'>[];
  readonly names: readonly string[];
  /** Columns by which it judges; the values of the others are not sent. */
  readonly asks: readonly number[];
  /** Whether the rules are still those that it judges by. */
  isCurrent(connection: Connection): Promise<boolean>;
}

/** What a statement says of rows, by their places; the others are sound. */
export interface Judged {
  readonly refused: ReadonlyMap<number, Refusal>;
  /** Another transaction, or a trigger, may be removing a row that has their value: only an insert can say what becomes of them. */
  readonly rivals: readonly number[];
  /** Whether the rules were still those that the rows were judged by. */
  readonly current: boolean;
}

/**
 * Builds the statement. Few columns decide, and to send those alone takes a tenth of an insert; the rows that are left can
 * be copied. It is no promise: what another transaction does meanwhile, and two rows of one batch that exclude each other,
 * the copy meets. A rival that another transaction may be removing refuses nobody yet: an insert waits for the end of that
 * one. Nor does any rival where a trigger before the statement may remove it.
 * A row that breaks several rules is named for one that is asked, which need not be the first that PostgreSQL would meet.
 *
 * It is planned each time: a plan from when a table was empty reads all of it for each row.
 */
export function judgeOf(table: Table, rules: Rules, suspects: Suspects): Judge {
  const names = columnNames(table);
  const asks = [...names.keys()].filter((at) => isAsked(at, table, rules, suspects));
  const declared = judgementsOf(table, rules, suspects);
  const cases = declared.map(({ holds }, index) => `WHEN ${holds} THEN ${index}`);
  const uniques = suspects.unique ? uniquesBesideKey(table, rules) : [];
  const mustWait = declared.length + uniques.length;
  const rivals = uniques.map((unique, index) => {
    const isNew = (place: number) => `CASE WHEN NOT ${isThere(table, rules)} THEN ${place} END`;
    const stays = rules.preparesTable ? mustWait : declared.length + index;
    return byRival(table, unique, isNew(stays), isNew(mustWait));
  });
  const places = [...(cases.length > 0 ? [`CASE ${cases.join(' ')} END`] : []), ...rivals];
  const text = `
WITH ${batchOf(table, rules, suspects.types, asks)},
judged AS MATERIALIZED (
  SELECT "#position", coalesce(${[...places, 'NULL::int'].join(', ')}) AS "#refusal"
    FROM asked CROSS JOIN LATERAL (SELECT ${asTable(table, rules)}) AS r),
refused AS (
  SELECT "#position", "#refusal", NULL::json AS "#invalid" FROM judged WHERE "#refusal" IS NOT NULL
  ${invalidOf(table, rules, suspects.types, asks)})
SELECT ${NAMES_REFUSED}`;
  const named = uniques.map(({ name }) => ({ refusal: refusal('23505', name) }));
  const judgements = [...declared, ...named, { refusal: MUST_WAIT }];
  return { text, judgements, names, asks, isCurrent: isStill(table, rules) };
}

const MUST_WAIT = refusal(null, null);

/** The index of the key itself is not asked: a row that has its key there is not refused. */
function uniquesBesideKey(table: Table, { uniques }: Rules): readonly Unique[] {
  const key = new Set(keyNames(table));
  return uniques.filter(
    ({ columns }) => columns.length !== key.size || !columns.every((one) => key.has(one)),
  );
}

function isAsked(
  at: number,
  table: Table,
  rules: Rules,
  { types, notNull, unique, constraints }: Suspects,
): boolean {
  const keyed = [
    ...rules.foreignKeys.filter(({ name }) => constraints.has(name)),
    ...(unique ? rules.uniques : []),
  ];
  const judged = [...keyed, ...rules.checks.filter(({ name }) => constraints.has(name))];
  const name = table.columns[at]?.name ?? '';
  return (
    (types && typesAt(table, rules, at).length > 0) ||
    (notNull && rules.columns[at]?.notNull === true) ||
    (keyed.length > 0 && table.key.includes(at)) ||
    judged.some(({ columns }) => columns.includes(name))
  );
}

/** @throws whatever `pg` throws, when a value is none of its type and types were not judged */
export async function judgeRows(
  connection: Connection,
  { text, judgements, names, asks, isCurrent }: Judge,
  rows: readonly Values[],
): Promise<Judged> {
  const values = [JSON.stringify(rows.map((row) => asks.map((at) => row[at])))];
  const [found] = (await connection.query<Named>({ text, values })).rows;
  const named = [...refusalsOf(found, judgements, names)];
  const mustWait = ([, refusal]: (typeof named)[number]) => refusal === MUST_WAIT;
  return {
    refused: new Map(named.filter((one) => !mustWait(one))),
    rivals: named.filter(mustWait).map(([position]) => position),
    current: named.length === 0 || (await isCurrent(connection)),
  };
}
