/**
 * What PostgreSQL's catalog calls a relation that is no table, by `relkind`.
 * https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
export const OTHER_KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  i: 'an index',
  I: 'an index',
  c: 'a type',
};
