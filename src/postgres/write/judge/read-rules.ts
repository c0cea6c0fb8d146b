import type { Table } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames, quoteName } from '../../identifiers.ts';
import type { Rules } from './rules.ts';

/**
 * What changes with the rules of a table: its constraints, and whether those of other tables that it asks can be seen; the
 * triggers of it and of its partitions; its columns.
 *
 * @param table its oid, as SQL
 */
export const versionOf = (table: string) => `concat_ws('|',
  (SELECT string_agg(concat_ws(':', oid, xmin, CASE contype WHEN 'f' THEN row_security_active(confrelid) END), ',' ORDER BY oid)
     FROM pg_constraint WHERE conrelid = ${table}),
  (WITH RECURSIVE tree(oid) AS (SELECT ${table} UNION ALL SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid)
   SELECT string_agg(concat_ws(':', t.oid, t.xmin), ',' ORDER BY t.oid) FROM pg_trigger t JOIN tree ON tgrelid = tree.oid WHERE NOT tgisinternal),
  (SELECT string_agg(concat_ws(':', attnum, xmin), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = ${table} AND attnum > 0))`;

/**
 * A column of a system catalogue that older servers do not have is read by way of JSON. Types of triggers: 1 for each row,
 * 2 before, 4 of an INSERT.
 */
const READ = `
WITH RECURSIVE target AS (SELECT to_regclass($1)::oid AS oid),
tree(oid) AS (SELECT oid FROM target UNION ALL SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid),
written AS (
  SELECT place, attnum, format_type(atttypid, atttypmod) AS type, atttypid = to_regtype(asked.type)::oid AND atttypmod = -1 AS same,
         atttypid IN ('text'::regtype, 'varchar'::regtype) AND atttypmod = -1 AS "takesAll", attnotnull AS "notNull"
    FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, type, place), target, pg_attribute
   WHERE attrelid = target.oid AND attname = asked.name AND attnum > 0 AND NOT attisdropped),
ruled AS (
  SELECT attnum FROM written
   UNION SELECT attnum FROM pg_attribute, target WHERE attrelid = target.oid AND attgenerated <> ''),
declared AS (
  SELECT c.*, coalesce(conkey <@ ARRAY(SELECT attnum FROM written), true) AS "isWritten",
         coalesce(conkey && ARRAY(SELECT attnum FROM ruled), false) AS "ofRow"
    FROM pg_constraint c JOIN target ON conrelid = target.oid
   WHERE coalesce((to_jsonb(c)->>'conenforced')::boolean, true))
SELECT ${versionOf('target.oid')} AS version,
       current_setting('server_version_num')::int >= 160000 AS "canJudgeTypes",
       EXISTS (SELECT FROM pg_trigger JOIN tree ON tgrelid = tree.oid
                WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 7 = 7) AS "changesRows",
       EXISTS (SELECT FROM pg_trigger JOIN tree ON tgrelid = tree.oid WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 4 = 4)
         OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = target.oid AND attgenerated <> '')
         OR EXISTS (SELECT FROM pg_index JOIN tree ON indrelid = tree.oid WHERE indexprs IS NOT NULL OR indpred IS NOT NULL)
         OR EXISTS (SELECT FROM pg_constraint JOIN tree ON conrelid = tree.oid WHERE contype = 'c') AS computes,
       EXISTS (SELECT FROM pg_constraint JOIN tree ON conrelid = tree.oid WHERE contype = 'x')
         OR EXISTS (SELECT FROM pg_index JOIN tree ON indrelid = tree.oid WHERE indisexclusion) AS excludes,
       ARRAY(SELECT to_json(written) FROM written ORDER BY place) AS columns,
       ARRAY(SELECT json_build_object('name', conname, 'expression', pg_get_expr(conbin, conrelid),
                                      'judged', "isWritten", 'ofRow', "ofRow")
               FROM declared WHERE contype = 'c' ORDER BY conname) AS checks,
       ARRAY(SELECT json_build_object(
                      'name', conname, 'parent', quote_ident(nspname) || '.' || quote_ident(relname), 'parentTable', relname, 'full', confmatchtype = 'f',
                      'pairs', (SELECT json_agg(json_build_object(
                                         'own', quote_ident(mine.attname), 'parent', quote_ident(theirs.attname),
                                         'operator', 'OPERATOR(' || quote_ident(opn.nspname) || '.' || oprname || ')') ORDER BY at)
                                  FROM unnest(conkey, confkey, conpfeqop) WITH ORDINALITY AS pair(own, other, eq, at)
                                  JOIN pg_attribute mine ON mine.attrelid = conrelid AND mine.attnum = pair.own
                                  JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attnum = pair.other
                                  JOIN pg_operator o ON o.oid = pair.eq JOIN pg_namespace opn ON opn.oid = oprnamespace),
                      'judged', "isWritten" AND NOT condeferrable AND confrelid NOT IN (SELECT oid FROM tree)
                        AND coalesce(to_jsonb(declared)->>'conperiod', 'false') = 'false'
                        AND has_schema_privilege(n.oid, 'USAGE') AND NOT row_security_active(confrelid)
                        AND (SELECT bool_and(has_column_privilege(confrelid, other, 'SELECT')) FROM unnest(confkey) AS other),
                      'ofRow', "ofRow")
               FROM declared JOIN pg_class p ON p.oid = confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
              WHERE contype = 'f' ORDER BY conname) AS "foreignKeys",
       ARRAY(SELECT json_build_object(
                      'name', relname, 'predicate', pg_get_expr(indpred, indrelid),
                      'expressions', ARRAY(SELECT pg_get_indexdef(indexrelid, part, false) FROM generate_series(1, indnkeyatts) AS part),
                      'nullsNotDistinct', coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false),
                      'judged', indimmediate AND used <@ ARRAY(SELECT attnum FROM written),
                      'ofRow', used && ARRAY(SELECT attnum FROM ruled))
               FROM pg_index i JOIN target ON indrelid = target.oid JOIN pg_class ON pg_class.oid = indexrelid,
                    LATERAL (SELECT ARRAY(SELECT part FROM unnest((indkey::int2[])[0:indnkeyatts - 1]) AS part WHERE part > 0
                                           UNION SELECT refobjsubid FROM pg_depend
                                            WHERE classid = 'pg_class'::regclass AND objid = indexrelid
                                              AND refclassid = 'pg_class'::regclass AND refobjid = indrelid AND refobjsubid > 0
                                          )::int2[] AS used) AS parts
              WHERE indisunique AND indisready ORDER BY relname) AS uniques
  FROM target`;

/**
 * Reads the rules of a table. It needs no privilege.
 *
 * @returns null where the table, or a column that the sink writes, is not there
 * @throws whatever `pg` throws
 */
export async function readRules(connection: Connection, table: Table): Promise<Rules | null> {
  const types = table.columns.map(({ type }) => type);
  const values = [quoteName(table.name), columnNames(table), types];
  const [found] = (await connection.query<Rules>(READ, values)).rows;
  return found && found.columns.length === table.columns.length ? found : null;
}
