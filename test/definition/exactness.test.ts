import { expect, test } from 'vitest';
import type { ColumnSpec } from '../../src/definition/column.ts';
import { createDatabase } from '../support/database.ts';
import { sinkRecord } from '../support/records.ts';
import { CASES } from './support/cases.ts';
import { sinkOf } from './support/decode.ts';

/** Sessions in which a time, a date or an interval that leaves anything open is read as another. */
const SESSIONS = [
  "SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'",
  "SET TimeZone = 'America/St_Johns'; SET DateStyle = 'German, YMD'; SET IntervalStyle = 'postgres_verbose'",
];
const PLAIN =
  "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1";

test.each(SESSIONS)(
  'PostgreSQL stores what was sent, whatever the session is: %s',
  async (session) => {
    const database = await createDatabase();
    const client = await database.pool.connect();
    try {
      await client.query("CREATE TYPE mood AS ENUM ('sad', 'happy')");
      for (const { name, column, taken } of CASES) {
        const sink = sinkOf({ c: column });
        const type = sink.table.columns[0]?.type;
        const declared = declaredType(type, column.spec);
        await client.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (n int, c ${declared})`);
        await client.query(session);
        for (const [index, [json]] of taken.entries()) {
          const decoded = sink.decode(sinkRecord(`{"c":${json}}`));
          const text = 'row' in decoded ? decoded.row[0] : undefined;
          await client.query(`INSERT INTO t SELECT $1, $2::text::${type}`, [index, text]);
        }
        await client.query(PLAIN);
        const { rows } = await client.query('SELECT c::text AS c FROM t ORDER BY n');
        const expected = taken.map(([json, text, shown = text]) => [name, json, shown]);
        expect(rows.map(({ c }, index) => [name, taken[index]?.[0], c])).toEqual(expected);
      }
    } finally {
      client.release();
    }
  },
);

/** With the limits that the definition says: PostgreSQL must not round, cut or refuse within them. */
function declaredType(type: string | undefined, { length, precision, scale }: ColumnSpec): string {
  if (length !== undefined) return `${type}(${length})`;
  return precision === undefined ? `${type}` : `${type}(${precision}, ${scale ?? 0})`;
}
