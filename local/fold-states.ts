import type { States, Table } from '../src/record/table.ts';

/**
 * SQL that leaves of the records of each key what its row must be, as docs/state-tables.md says it: a record that is not newer
 * than all before it changes nothing, and a hard delete leaves nothing.
 *
 * @param expected a table of the records by `n`, their order: `c0`… hold what each says, but for the positions in `absent`
 */
export function foldStatement(
  { columns, key }: Table,
  { version, update, tombstones }: States,
  expected: string,
): string {
  const row = (alias: string, positions: readonly number[]) =>
    `(${positions.map((at) => `${alias}.c${at}`).join(', ')})`;
  const isSameKey = `${row('o', key)} = ${row('e', key)}`;
  const isHard = tombstones === 'delete';
  const others = [...columns.keys()].filter((at) => !key.includes(at) && !version.includes(at));

  /** What a record says, or else the newest before it that mentions the column; without updates, the one that made the row. */
  function fill(at: number): string {
    const isUpdated = update.includes(at);
    const mentions = `NOT ${at} = ANY(o.absent)`;
    return `
    UPDATE ${expected} AS to_fill
       SET c${at} = found.value,
           absent = CASE WHEN found.known THEN array_remove(e.absent, ${at}) ELSE e.absent || ${at} END
      FROM ${expected} AS e LEFT JOIN LATERAL (
        SELECT o.c${at} AS value, ${mentions} AS known FROM ${expected} AS o
         WHERE ${isSameKey} AND o.n <= e.n${isHard ? ' AND NOT o.tombstone' : ''}${isUpdated ? ` AND ${mentions}` : ''}
         ORDER BY o.n${isUpdated ? ' DESC' : ''} LIMIT 1) AS found ON true
     WHERE to_fill.n = e.n AND EXISTS (SELECT FROM ${expected} AS o WHERE ${isSameKey} AND o.n < e.n);`;
  }

  const remove = (condition: string) =>
    `DELETE FROM ${expected} AS e USING ${expected} AS o WHERE ${isSameKey} AND ${condition};`;
  return [
    `CREATE INDEX ON ${expected} ${row('', key).replaceAll('.', '')}; ANALYZE ${expected};`,
    remove(`o.n < e.n AND ${row('o', version)} >= ${row('e', version)}`),
    ...(isHard ? [remove('o.tombstone AND o.n > e.n')] : []),
    ...others.map(fill),
    remove('o.n > e.n'),
    ...(isHard ? [`DELETE FROM ${expected} WHERE tombstone;`] : []),
  ].join('\n');
}
