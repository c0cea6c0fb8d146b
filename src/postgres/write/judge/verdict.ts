import pg from 'pg';
import type { Table } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { quoteName } from '../../identifiers.ts';
import { prepared } from '../prepared.ts';
import { type Judgement, type Refusal, refusal } from './judgements.ts';
import { versionOf } from './read-rules.ts';
import type { Rules } from './rules.ts';
import { asDefined } from './table-row.ts';

/** The parts that statements which judge rows have in common. Names of ours begin with `#`. */

/**
 * The rows of the first parameter, a JSON array of arrays of texts: `batch` has all of them, `asked` those whose values are of
 * their types, cast as the plain insert does it.
 *
 * @param types whether values may be none of their types
 * @param sent columns of the arrays, in their order; the others of the table are NULL
 */
export function batchOf(
  table: Table,
  rules: Rules,
  types: boolean,
  sent: readonly number[] = [...table.columns.keys()],
): string {
  return `batch AS ${types ? 'MATERIALIZED' : ''} (
  SELECT number::int - 1 AS "#position", row${types ? `, ${areValid(table, rules, sent)} AS "#valid"` : ''}
    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)),
asked AS (SELECT "#position", ${asDefined(table, sent)} FROM batch ${types ? 'WHERE "#valid"' : ''})`;
}

/** Types whose values the definition has checked, to the last bit: PostgreSQL takes all that come. */
const EXACT: ReadonlySet<string> = new Set([
  ...['uuid', 'boolean', 'smallint', 'integer', 'bigint', 'real', 'double precision'],
]);

/** Types that values of a column must be of: the one that they are cast to, and the column's own. */
export function typesAt({ columns }: Table, rules: Rules, at: number): readonly string[] {
  const [wanted, ruled] = [columns[at]?.type ?? '', rules.columns[at]];
  if (ruled?.takesAll && /^(text|varchar)$/.test(wanted)) return [];
  if (ruled?.same && EXACT.has(wanted)) return [];
  return ruled?.same ? [wanted] : [...new Set([wanted, ruled?.type ?? wanted])];
}

/** The name of the type is a constant on purpose: another one for each row would be looked up for each. */
function areValid(table: Table, rules: Rules, sent: readonly number[]): string {
  const all = sent.flatMap((at, place) =>
    typesAt(table, rules, at).map(
      (type) => `pg_input_is_valid(row->>${place}, ${pg.escapeLiteral(type)}) IS NOT FALSE`,
    ),
  );
  return all.join(' AND ') || 'true';
}

/**
 * For each column that refuses its value, its place, the SQLSTATE, and the constraint that a domain can refuse it by: PostgreSQL does
 * not say, and of several it could be any.
 */
function whatIsInvalid(table: Table, rules: Rules, sent: readonly number[]): string {
  const all = sent.flatMap((at, place) =>
    typesAt(table, rules, at).map(
      (type) =>
        `(${at}, ${domainCheckAt(rules, at)}, (SELECT sql_error_code FROM pg_input_error_info(row->>${place}, ${pg.escapeLiteral(type)})))`,
    ),
  );
  if (all.length === 0) return 'NULL';
  return `SELECT json_agg(json_build_array(at, code, CASE code WHEN '${CHECK_VIOLATION}' THEN name END) ORDER BY at)
    FROM (VALUES ${all.join(', ')}) AS field(at, name, code) WHERE code IS NOT NULL`;
}

const CHECK_VIOLATION = '23514';

function domainCheckAt({ columns }: Rules, at: number): string {
  const [name, ...others] = columns[at]?.domainChecks ?? [];
  return name === undefined || others.length > 0 ? 'NULL::text' : pg.escapeLiteral(name);
}

/** The rest of `refused`, a list of places, of judgements by their index, and of invalid values. */
export function invalidOf(
  table: Table,
  rules: Rules,
  types: boolean,
  sent: readonly number[] = [...table.columns.keys()],
): string {
  if (!types) return '';
  return `UNION ALL SELECT "#position", NULL, (${whatIsInvalid(table, rules, sent)}) FROM batch WHERE NOT "#valid"`;
}

/** What the statement returns of `refused`. */
export const NAMES_REFUSED =
  '(SELECT json_agg(json_build_array("#position", "#refusal", "#invalid")) FROM refused) AS refused';

/** What {@link NAMES_REFUSED} returns. */
export interface Named {
  readonly refused: readonly (readonly [number, number | null, readonly Invalid[] | null])[] | null;
}

type Invalid = readonly [at: number, sqlstate: string, constraint: string | null];

/**
 * Asks whether the rules are still those that rows are judged by. By a statement of its own: as a part of each judgement it had to
 * be parsed with it, which took as long as to judge 500 rows, and nobody needs to know where none is refused.
 */
export function isStill({ name }: Table, { version }: Rules): (on: Connection) => Promise<boolean> {
  const oid = `to_regclass(${pg.escapeLiteral(quoteName(name))})::oid`;
  const statement = prepared(`SELECT ${versionOf(oid)} AS version`);
  return async (connection) => {
    const [found] = (await connection.query<{ version: string }>({ ...statement })).rows;
    return found?.version === version;
  };
}

/** @returns by the places of the rows */
export function refusalsOf(
  named: Named | undefined,
  judgements: readonly Pick<Judgement, 'refusal'>[],
  names: readonly string[],
): ReadonlyMap<number, Refusal> {
  const refused = (named?.refused ?? []).map(([position, index, invalid]) => {
    const judged = judgements[index ?? -1]?.refusal;
    const columns = [...new Set(invalid?.map(([at]) => names[at] ?? ''))];
    const [, sqlstate = null, constraint = null] = invalid?.[0] ?? [];
    return [position, judged ?? refusal(sqlstate, constraint, columns)] as const;
  });
  return new Map(refused);
}
