import type { SinkRecord } from '../../../record/record.ts';
import type { RecordRow } from '../../../record/row.ts';
import type { Connection } from '../../connection/session.ts';
import { asCast } from '../judge/as-cast.ts';
import { readRules } from '../judge/read-rules.ts';
import { keyOf } from '../key.ts';
import { type State, type StatesTable, stateOf } from './state.ts';
import { keyAndVersion, rowsStatement } from './statements.ts';

/**
 * Tells the rows that a table has now for the keys of records, as JSON: by the last record of each key; null where there is none.
 *
 * @param rows whose keys PostgreSQL has taken
 * @throws whatever `pg` throws
 */
export async function rowsThere(
  connection: Connection,
  table: StatesTable,
  rows: readonly RecordRow[],
): Promise<ReadonlyMap<SinkRecord, string | null>> {
  const all = rows.map((one) => stateOf(keyOf(table), one));
  const states = [...new Map(all.map((state) => [state.key, state])).values()];
  const rules = await readRules(connection, table);
  const text = rowsStatement({ ...asCast(table, rules), states: table.states }, rules);
  const values = [JSON.stringify(states.map((one) => keyAndVersion(table, one)))];
  const found = await connection.query<{ position: number; row: string | null }>({ text, values });
  return new Map(found.rows.map(({ position, row }) => [(states[position] as State).record, row]));
}
