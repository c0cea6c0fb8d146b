/**
 * The type below a domain, and below that: with its name, the modifier that limits it, and whether a domain on the way must
 * not be null. SQL of a lateral query: `oid`, `typname`, `typcategory`, `modifier`, `notNull`.
 *
 * @param type the oid of a type, as SQL
 * @param modifier what a column says of it, as SQL: `atttypmod`, or -1
 */
export function belowDomains(type: string, modifier: string): string {
  return `LATERAL (
    WITH RECURSIVE below AS (
      SELECT oid, typname, typcategory, typtype, typbasetype, typtypmod, typnotnull AS "notNull", ${modifier} AS modifier
        FROM pg_type WHERE oid = ${type}
       UNION ALL
      SELECT t.oid, t.typname, t.typcategory, t.typtype, t.typbasetype, t.typtypmod, below."notNull" OR t.typnotnull,
             CASE below.modifier WHEN -1 THEN below.typtypmod ELSE below.modifier END
        FROM below JOIN pg_type t ON t.oid = below.typbasetype AND below.typtype = 'd')
    SELECT * FROM below WHERE typtype <> 'd')`;
}
