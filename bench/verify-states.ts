import type pg from 'pg';
import type { State, StateRecord } from './state-records.ts';
import { TABLE } from './state-table.ts';

/** A row of the table. */
interface StateRow extends State {
  readonly id: number;
  readonly source_timestamp: string;
  readonly source_offset: number;
}

/** What the records of a topic make of the table: the newest state of each key, unless the key is gone. */
export function newestStates(records: Iterable<StateRecord>): StateRow[] {
  const newest = new Map<number, StateRecord>();
  for (const record of records) newest.set(record.id, record);
  return [...newest.values()].flatMap(({ id, state, timestamp, offset }) => {
    if (state === null) return [];
    const source_timestamp = new Date(timestamp).toISOString();
    return [{ id, ...state, source_timestamp, source_offset: offset }];
  });
}

/**
 * Makes sure that the table holds exactly these rows, with all their values; otherwise a contender would look fast that leaves
 * something out.
 *
 * @param name of the contender, for the message
 * @throws Error that says what is wrong, in numbers
 */
export async function verifyStates(
  database: pg.ClientBase,
  name: string,
  states: readonly StateRow[],
): Promise<void> {
  const { rows } = await database.query(
    `SELECT count(*) FILTER (WHERE found.id IS NULL)::int AS "missing",
            count(*) FILTER (WHERE expected.id IS NULL)::int AS "that must be gone",
            count(*) FILTER (WHERE found.id = expected.id
                               AND found IS DISTINCT FROM expected)::int AS "of another state"
       FROM ${TABLE} AS found
       FULL JOIN json_populate_recordset(NULL::${TABLE}, $1) AS expected ON found.id = expected.id`,
    [JSON.stringify(states)],
  );
  const wrong = Object.entries<number>(rows[0]).filter(([, count]) => count > 0);
  if (wrong.length === 0) return;
  const found = wrong.map(([what, count]) => `${count} ${what}`).join(', ');
  throw new Error(`${name} did not store the newest state of each key; rows: ${found}.`);
}
