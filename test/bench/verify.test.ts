import { expect, onTestFinished, test } from 'vitest';
import { loadRow } from '../../bench/rows.ts';
import { uuid } from '../../bench/sample.ts';
import { verify } from '../../bench/verify.ts';
import { insertRows, insertStatement } from '../../src/postgres/write/insert.ts';
import { createDatabase } from '../support/database.ts';
import { NOTIFICATIONS } from '../support/rows.ts';

const SINCE = Date.now();
/** Of index 7. */
const ONE = 'source_partition = 1 AND source_offset = 2';
const LOAD = { topic: 'backlog', run: 'one', records: 300, since: SINCE };

test('a load whose every record is in the table once passes', async () => {
  const { check } = await stored(LOAD);
  await expect(check()).resolves.toBeUndefined();
});

test.each([
  ['a record is missing', `DELETE FROM notifications WHERE ${ONE}`],
  ['another has its place', `UPDATE notifications SET id = gen_random_uuid() WHERE ${ONE}`],
  [
    'there is a row too many',
    `INSERT INTO notifications SELECT gen_random_uuid(), user_id, event_type, title, body, created_at, source_topic, source_partition, 1000 FROM notifications WHERE ${ONE}`,
  ],
  [
    'a value is that of another',
    `UPDATE notifications SET title = 'Your order 8 has shipped' WHERE ${ONE}`,
  ],
  ['a user is that of another', `UPDATE notifications SET user_id = id WHERE ${ONE}`],
  ['a body is cut', `UPDATE notifications SET body = left(body, 100) WHERE ${ONE}`],
  [
    'a time is that of another zone',
    `UPDATE notifications SET created_at = created_at - interval '1 hour' WHERE ${ONE}`,
  ],
  [
    'a time is still to come',
    `UPDATE notifications SET created_at = created_at + interval '1 hour' WHERE ${ONE}`,
  ],
  [
    'the topic is not that of the load',
    `UPDATE notifications SET source_topic = 'other' WHERE ${ONE}`,
  ],
  [
    'two rows claim the same coordinates',
    `UPDATE notifications SET source_offset = 0 WHERE ${ONE}`,
  ],
])('it fails where %s', async (_, statement) => {
  const { client, check } = await stored(LOAD);
  await client.query(statement);
  await expect(check()).rejects.toThrow(/^somebody did not store each of 300 records once: \d+ /);
});

test('rows of another run do not count', async () => {
  const { check } = await stored({ ...LOAD, run: 'two' });
  await expect(check()).rejects.toThrow(
    'somebody did not store each of 300 records once: 0 ids of the load, 0 rows with their values.',
  );
});

test('the ids are those that PostgreSQL makes of the same text', async () => {
  const { client } = await stored({ ...LOAD, records: 0 });
  const { rows } = await client.query("SELECT md5('one-7')::uuid::text AS id");
  expect(uuid('one-7')).toBe(rows[0].id);
});

/** A table with a load in it, and the check whether it is that of `LOAD`. */
async function stored(load: typeof LOAD) {
  const { pool } = await createDatabase();
  const client = await pool.connect();
  onTestFinished(() => client.release());
  const rows = Array.from({ length: load.records }, (_, index) => loadRow(load, index, new Date()));
  if (rows.length > 0) await insertRows(client, insertStatement(NOTIFICATIONS), rows);
  return { client, check: () => verify(client, 'somebody', LOAD) };
}
