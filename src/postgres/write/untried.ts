import pg from 'pg';
import type { Table, Values } from '../../record/table.ts';
import type { Connection } from '../connection/session.ts';
import { quoteList, quoteName } from '../identifiers.ts';
import type { RuledColumn, Rules } from './judge/rules.ts';

/**
 * The expressions of a table's indexes, as a new row meets them: those of an index over some rows are NULL where the row is none of
 * these. And whether a view has a check option of its own.
 */
const FIND = `
SELECT ARRAY(SELECT format('CASE WHEN %s THEN ROW(%s) END', coalesce(pg_get_expr(indpred, indrelid), 'true'),
                           (SELECT string_agg(pg_get_indexdef(indexrelid, part, false), ', ')
                              FROM generate_series(1, indnkeyatts) AS part WHERE indkey[part - 1] = 0))
               FROM pg_index WHERE indrelid = c.oid AND indisready AND (indpred IS NOT NULL OR 0 = ANY (indkey))) AS expressions,
       relkind = 'v' AND coalesce(reloptions::text LIKE '%check_option=%', false) AS checks
  FROM pg_class c WHERE oid = to_regclass($1)`;

const NO_PRIVILEGE = '42501';

/**
 * Whether a row meets what an insert of it does not try while it is there: PostgreSQL passes over it before it comes to the
 * expressions of indexes, and to the check option of a view. They are asked of the row in the table.
 *
 * @param row that is there
 * @returns null where nobody knows: the user may not read it, somebody has removed it, or an index is over other rows
 * @throws whatever `pg` throws, when an expression fails
 */
export async function meetsUntried(
  connection: Connection,
  table: Table,
  rules: Rules,
  row: Values,
): Promise<boolean | null> {
  const name = quoteName(table.name);
  const [found] = (await connection.query<Untried>(FIND, [name])).rows;
  if (!found) return null;
  const { expressions, checks } = found;
  if (expressions.length === 0 && !checks) return true;
  const isRow = table.key.map((at, place) => {
    const { equal, type } = rules.columns[at] as RuledColumn;
    return `${quoteList([table.columns[at]?.name ?? ''])} ${equal} $${place + 1}::${type}`;
  });
  const text = `SELECT ${[...expressions, 'true'].join(', ')} FROM ${name} WHERE ${isRow.join(' AND ')}`;
  try {
    const values = table.key.map((at) => row[at]);
    const [tried] = (await connection.query<unknown[]>({ text, values, rowMode: 'array' })).rows;
    if (!tried) return checks ? false : null;
    return tried.includes(null) ? null : true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_PRIVILEGE) return null;
    throw error;
  }
}

interface Untried {
  readonly expressions: readonly string[];
  readonly checks: boolean;
}
