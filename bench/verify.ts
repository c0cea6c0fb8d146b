import type pg from 'pg';
import { USERS } from './sample.ts';

/** What a contender must have stored. */
export interface Expected {
  /** The topic, and the run that the ids are made of. */
  readonly topic: string;
  readonly run: string;
  readonly records: number;
  /** When they were made at the earliest, in ms since 1970. */
  readonly since: number;
}

/**
 * Makes sure that the table holds every row of a load once, each with its own values, and nothing else; otherwise a
 * contender would look fast that leaves something out.
 *
 * @param name of the contender, for the message
 * @throws Error that says what is wrong, in numbers
 */
export async function verify(
  database: pg.ClientBase,
  name: string,
  { topic, run, records, since }: Expected,
): Promise<void> {
  const { rows } = await database.query(
    `SELECT count(*)::int AS "rows in the table",
            count(DISTINCT (source_partition, source_offset))::int AS "coordinates",
            count(index)::int AS "ids of the load",
            count(*) FILTER (WHERE user_id = md5('user-' || index % $3)::uuid
                               AND event_type = 'order.shipped'
                               AND title = 'Your order ' || index || ' has shipped'
                               AND length(body) = 140
                               AND created_at BETWEEN to_timestamp($5::float8 / 1000) AND clock_timestamp()
                               AND inserted_at IS NOT NULL
                               AND source_topic = $4)::int AS "rows with their values"
       FROM notifications
       LEFT JOIN (SELECT index, md5($1 || '-' || index)::uuid AS id
                    FROM generate_series(0, $2::int - 1) AS index) AS expected USING (id)`,
    [run, records, USERS, topic, since],
  );
  const wrong = Object.entries<number>(rows[0]).filter(([, found]) => found !== records);
  if (wrong.length === 0) return;
  const found = wrong.map(([what, count]) => `${count} ${what}`).join(', ');
  throw new Error(`${name} did not store each of ${records} records once: ${found}.`);
}
