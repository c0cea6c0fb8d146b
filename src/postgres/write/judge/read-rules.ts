import type { Table } from '../../../record/table.ts';
import type { Connection } from '../../connection/session.ts';
import { columnNames, quoteName } from '../../identifiers.ts';
import type { Rules } from './rules.ts';

/**
 * What changes with the rules of a table: its constraints, those of the domains of its columns, and its unique indexes; the
 * names of the tables and columns that its foreign keys ask, and whether their rows can be seen; the triggers of it and of its
 * partitions, those of foreign keys among them, and whether this session fires them; its columns.
 *
 * @param table its oid, as SQL
 */
export const versionOf = (table: string) => `concat_ws('|',
  (SELECT string_agg(concat_ws(':', oid, xmin, CASE contype WHEN 'f' THEN concat_ws(':', row_security_active(confrelid), confrelid::regclass,
             (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey))) END), ',' ORDER BY oid)
     FROM pg_constraint WHERE conrelid = ${table}
       OR contypid = ANY (ARRAY(SELECT atttypid FROM pg_attribute WHERE attrelid = ${table} AND attnum > 0 AND NOT attisdropped))),
  (SELECT string_agg(concat_ws(':', indexrelid, xmin), ',' ORDER BY indexrelid) FROM pg_index WHERE indrelid = ${table} AND indisunique),
  (WITH RECURSIVE tree(oid) AS (SELECT ${table} UNION ALL SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid)
   SELECT string_agg(concat_ws(':', t.oid, t.xmin), ',' ORDER BY t.oid) FROM pg_trigger t JOIN tree ON tgrelid = tree.oid),
  (SELECT string_agg(concat_ws(':', attnum, xmin), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = ${table} AND attnum > 0),
  current_setting('session_replication_role'))`;

/** The names by which a table can be written: its own, those of the tables that it is a part of, its parts, and views. */
const namesOf = (table: string) => `ARRAY(
  WITH RECURSIVE family(oid) AS (
    SELECT ${table} UNION SELECT other.oid FROM family, LATERAL (
      SELECT inhparent FROM pg_inherits WHERE inhrelid = family.oid
       UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = family.oid
       UNION ALL SELECT ev_class FROM pg_rewrite r JOIN pg_depend ON classid = 'pg_rewrite'::regclass AND objid = r.oid
                  WHERE refclassid = 'pg_class'::regclass AND refobjid = family.oid) AS other(oid))
  SELECT relname FROM family JOIN pg_class USING (oid))`;

/** A type, and those that it is made of where it is a domain: `step`. */
const stepsOf = (type: string) => `WITH RECURSIVE step AS (
    SELECT oid, typtype, typbasetype FROM pg_type WHERE oid = ${type}
     UNION ALL SELECT b.oid, b.typtype, b.typbasetype FROM step JOIN pg_type b ON b.oid = step.typbasetype WHERE step.typtype = 'd')`;

/** The type that a domain is of at last, or the type itself. */
const baseOf = (type: string) => `(${stepsOf(type)} SELECT oid FROM step WHERE typtype <> 'd')`;

const domainChecksOf = (type: string) => `ARRAY(${stepsOf(type)}
  SELECT conname FROM step JOIN pg_constraint ON contypid = step.oid WHERE contype = 'c' ORDER BY conname)`;

/** The names of columns of the target by their numbers. */
const namesAt = (numbers: string) =>
  `ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = target.oid AND attnum = ANY (${numbers}))`;

/**
 * Triggers that act after the insert fire by name, and those of foreign keys among them: one before them can make the parent, and so
 * can one before the statement.
 * What an index only INCLUDEs is no part of what it says; its dependencies name such a column once, and once more where an
 * expression or the predicate has it, too.
 * A text, and a
 * whole number for another number, is the same value by each way, and a cast that PostgreSQL does not do by itself is not ours.
 * A column of a system catalogue that older servers do not have is read by way of JSON. Types of triggers: 1 for each row,
 * 2 before, 4 of an INSERT.
 */
const READ = `
WITH RECURSIVE target AS (SELECT to_regclass($1)::oid AS oid),
tree(oid) AS (SELECT oid FROM target UNION ALL SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid),
written AS (
  SELECT place, attnum, format_type(atttypid, atttypmod) AS type,
         CASE WHEN own.typcategory IN ('S', 'V') AND own.oid = ${baseOf('atttypid')} THEN format_type(own.oid, -1) ELSE format_type(atttypid, atttypmod) END AS compared, atttypid = to_regtype(asked.type)::oid AND atttypmod = -1 AS same,
         CASE WHEN wanted.oid IN (own.oid, 'text'::regtype, 'varchar'::regtype) THEN asked.type
              WHEN wanted.oid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) AND own.typcategory = 'N' THEN asked.type
              WHEN own.typcategory = 'S' OR EXISTS (SELECT FROM pg_cast WHERE castsource = wanted.oid
                AND casttarget = own.oid AND castcontext <> 'e') THEN format_type(atttypid, -1)
              ELSE asked.type END AS cast,
         ${domainChecksOf('atttypid')} AS "domainChecks",
         atttypid IN ('text'::regtype, 'varchar'::regtype) AND atttypmod = -1 AS "takesAll", attnotnull AS "notNull",
         (SELECT quote_ident(nspname) || '.' || quote_ident(collname) FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace
           WHERE c.oid = attcollation AND attcollation <> typcollation) AS collation,
         coalesce((SELECT 'OPERATOR(' || quote_ident(nspname) || '.' || oprname || ')'
                     FROM pg_opclass c JOIN pg_am m ON m.oid = opcmethod AND amname = 'btree'
                     JOIN pg_amop ON amopfamily = opcfamily AND amopstrategy = 3 AND amoplefttype = opcintype AND amoprighttype = opcintype
                     JOIN pg_operator o ON o.oid = amopopr JOIN pg_namespace n ON n.oid = oprnamespace
                    WHERE opcdefault AND opcintype = ${baseOf('atttypid')}), '=') AS equal
    FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, type, place), target, pg_attribute,
         LATERAL (SELECT coalesce(nullif(typelem, 0), oid) AS oid FROM pg_type WHERE oid = to_regtype(asked.type)) AS wanted,
         LATERAL (SELECT ${baseOf("CASE WHEN base.typcategory = 'A' THEN base.typelem ELSE base.oid END")} AS oid
                    FROM pg_type base WHERE base.oid = ${baseOf('atttypid')}) AS last JOIN pg_type own ON own.oid = last.oid
   WHERE attrelid = target.oid AND attname = asked.name AND attnum > 0 AND NOT attisdropped),
ruled AS (
  SELECT attnum FROM written
   UNION SELECT attnum FROM pg_attribute, target WHERE attrelid = target.oid AND attgenerated <> ''),
declared AS (
  SELECT c.*, coalesce(conkey <@ ARRAY(SELECT attnum FROM written), true) AS "isWritten",
         coalesce(conkey && ARRAY(SELECT attnum FROM ruled), false) AS "ofRow"
    FROM pg_constraint c JOIN target ON conrelid = target.oid
   WHERE coalesce((to_jsonb(c)->>'conenforced')::boolean, true)),
indexed AS (
  SELECT i.*, relname, used, used && ARRAY(SELECT attnum FROM ruled) OR cardinality(used) = 0 AS "ofRow"
    FROM pg_index i JOIN target ON indrelid = target.oid JOIN pg_class ON pg_class.oid = indexrelid,
         LATERAL (SELECT ARRAY(SELECT part FROM unnest((indkey::int2[])[0:indnkeyatts - 1]) AS part WHERE part > 0
                                UNION (SELECT refobjsubid FROM pg_depend
                                        WHERE classid = 'pg_class'::regclass AND objid = indexrelid
                                          AND refclassid = 'pg_class'::regclass AND refobjid = indrelid AND refobjsubid > 0
                                       EXCEPT ALL SELECT unnest((indkey::int2[])[indnkeyatts:]))
                               )::int2[] AS used) AS parts
   WHERE (indisunique OR indisexclusion) AND indisready)
SELECT ${versionOf('target.oid')} AS version,
       current_setting('server_version_num')::int >= 160000 AS "canJudgeTypes",
       EXISTS (SELECT FROM pg_trigger JOIN tree ON tgrelid = tree.oid
                WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 7 = 7) AS "changesRows",
       EXISTS (SELECT FROM pg_trigger WHERE tgrelid = target.oid
                  AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 7 = 6) AS "preparesTable",
       NOT EXISTS (SELECT FROM pg_trigger JOIN tree ON tgrelid = tree.oid
                    WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 6 = 4)
         AND (SELECT count(*) = 1 FROM tree) AND (SELECT relkind <> 'v' FROM pg_class WHERE oid = target.oid) AS "meetsAlike",
       (SELECT relkind <> 'r' FROM pg_class WHERE oid = target.oid) OR (SELECT count(*) > 1 FROM tree)
         OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = target.oid AND NOT tgisinternal AND tgenabled <> 'D') AS "reachesOthers",
       EXISTS (SELECT FROM pg_constraint JOIN tree ON conrelid = tree.oid WHERE contype = 'x')
         OR EXISTS (SELECT FROM pg_index JOIN tree ON indrelid = tree.oid WHERE indisexclusion)
         OR EXISTS (SELECT FROM pg_index JOIN tree ON indrelid = tree.oid
                     WHERE indisunique AND indrelid <> target.oid AND indexrelid NOT IN (SELECT inhrelid FROM pg_inherits))
         OR (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = target.oid) OR row_security_active(target.oid) AS excludes,
       ARRAY(SELECT nspname || '.' || relname FROM tree JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = relnamespace) AS tables,
       ARRAY(SELECT to_json(written) FROM written ORDER BY place) AS columns,
       ARRAY(SELECT json_build_object('name', conname, 'expression', pg_get_expr(conbin, conrelid),
                                      'columns', ${namesAt('conkey')}, 'judged', "isWritten", 'ofRow', "ofRow")
               FROM declared WHERE contype = 'c' ORDER BY conname) AS checks,
       ARRAY(SELECT json_build_object(
                      'name', conname, 'columns', ${namesAt('conkey')}, 'parent', quote_ident(nspname) || '.' || quote_ident(relname), 'parentTables', ${namesOf('confrelid')}, 'full', confmatchtype = 'f',
                      'pairs', (SELECT json_agg(json_build_object(
                                         'own', quote_ident(mine.attname), 'parent', quote_ident(theirs.attname),
                                         'operator', 'OPERATOR(' || quote_ident(opn.nspname) || '.' || oprname || ')') ORDER BY at)
                                  FROM unnest(conkey, confkey, conpfeqop) WITH ORDINALITY AS pair(own, other, eq, at)
                                  JOIN pg_attribute mine ON mine.attrelid = conrelid AND mine.attnum = pair.own
                                  JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attnum = pair.other
                                  JOIN pg_operator o ON o.oid = pair.eq JOIN pg_namespace opn ON opn.oid = oprnamespace),
                      'judged', "isWritten" AND NOT condeferrable AND "isFired" AND confrelid NOT IN (SELECT oid FROM tree) AND NOT "precedesKeys"
                        AND coalesce(to_jsonb(declared)->>'conperiod', 'false') = 'false'
                        AND has_schema_privilege(n.oid, 'USAGE') AND NOT row_security_active(confrelid)
                        AND (SELECT bool_and(has_column_privilege(confrelid, other, 'SELECT')) FROM unnest(confkey) AS other),
                      'ofRow', "ofRow")
               FROM (SELECT EXISTS (SELECT FROM pg_trigger JOIN tree ON tgrelid = tree.oid
                                     WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 4 = 4
                                       AND (tgtype & 2 = 2 OR tgname < 'RI_ConstraintTrigger' COLLATE "C")) AS "precedesKeys") AS triggers,
                    declared CROSS JOIN LATERAL (
                      SELECT current_setting('session_replication_role') <> 'replica' AND NOT EXISTS (
                               SELECT FROM pg_trigger JOIN tree ON tgrelid = tree.oid
                                WHERE tgisinternal AND tgenabled NOT IN ('O', 'A') AND tgconstraint IN (
                                      SELECT oid FROM pg_constraint WHERE oid = declared.oid OR conparentid = declared.oid)) AS "isFired") AS fired
                    JOIN pg_class p ON p.oid = confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
              WHERE contype = 'f' ORDER BY conname) AS "foreignKeys",
       ARRAY(SELECT json_build_object(
                      'name', relname, 'columns', ${namesAt('used')}, 'predicate', pg_get_expr(indpred, indrelid),
                      'expressions', ARRAY(SELECT pg_get_indexdef(indexrelid, part, false) FROM generate_series(1, indnkeyatts) AS part),
                      'nullsNotDistinct', coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false),
                      'judged', indimmediate AND used <@ ARRAY(SELECT attnum FROM written) AND cardinality(used) > 0 AND "isPlain",
                      'ofRow', "ofRow")
               FROM indexed AS i CROSS JOIN
                    LATERAL (SELECT NOT EXISTS (SELECT FROM unnest((indcollation::oid[])[0:indnkeyatts - 1]) AS part
                                                      JOIN pg_collation ON pg_collation.oid = part WHERE NOT collisdeterministic)
                                    AND NOT EXISTS (SELECT FROM pg_depend JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
                                                      JOIN pg_collation ON pg_collation.oid = attcollation
                                                     WHERE classid = 'pg_class'::regclass AND objid = indexrelid AND refclassid = 'pg_class'::regclass
                                                       AND refobjid = indrelid AND NOT collisdeterministic)
                                    AND NOT EXISTS (SELECT FROM unnest((indclass::oid[])[0:indnkeyatts - 1]) AS part
                                                      JOIN pg_opclass ON pg_opclass.oid = part
                                                     WHERE opcnamespace <> 'pg_catalog'::regnamespace) AS "isPlain") AS parts
              WHERE indisunique ORDER BY relname) AS uniques,
       ARRAY(SELECT json_build_object('name', relname, 'ofRow', "ofRow")
               FROM indexed WHERE NOT indisunique ORDER BY relname) AS exclusions
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
