import { expect, onTestFinished, test } from 'vitest';
import { makeStates } from '../../bench/state-records.ts';
import { CREATE_TABLE, TABLE } from '../../bench/state-table.ts';
import { newestStates, verifyStates } from '../../bench/verify-states.ts';
import { createDatabase } from '../support/database.ts';

const RECORDS = [...makeStates(20_000, Date.parse('2026-11-27T10:00:00Z'))];
const STATES = newestStates(RECORDS);

test('a table that has the newest state of each key passes', async () => {
  const { check } = await stored();
  await expect(check()).resolves.toBeUndefined();
});

test.each([
  ['a row is missing', `DELETE FROM ${TABLE} WHERE id = 1`, '1 missing'],
  [
    'a row is there whose key is gone',
    `INSERT INTO ${TABLE} SELECT -1, name, email, points, updated_at, source_timestamp, source_offset FROM ${TABLE} WHERE id = 1`,
    '1 that must be gone',
  ],
  [
    'a value is that of an older state',
    `UPDATE ${TABLE} SET points = points - 1 WHERE id = 1`,
    '1 of another state',
  ],
  [
    'a time is that of another zone',
    `UPDATE ${TABLE} SET source_timestamp = source_timestamp - interval '1 hour'`,
    `${STATES.length} of another state`,
  ],
])('it fails where %s', async (_, statement, found) => {
  const { query, check } = await stored();
  await query(statement);
  await expect(check()).rejects.toThrow(
    `somebody did not store the newest state of each key; rows: ${found}.`,
  );
});

test('a key whose newest record is a tombstone is gone, and comes back by a newer state', () => {
  const gone = RECORDS.findLast(({ state }) => state === null);
  const last = RECORDS.findLast(({ id }) => id === gone?.id);
  expect(STATES.some(({ id }) => id === gone?.id)).toBe(last?.state !== null);
  const back = RECORDS.flatMap(({ id, state }, index) => {
    const next = state === null && RECORDS.slice(index + 1).find((other) => other.id === id);
    return next && next.state !== null ? [id] : [];
  });
  expect(back.length).toBeGreaterThan(100);
});

/** A table of the states that the records make, and the check of it. */
async function stored() {
  const { pool, query } = await createDatabase();
  await query(CREATE_TABLE);
  await query(`INSERT INTO ${TABLE} SELECT * FROM json_populate_recordset(NULL::${TABLE}, $1)`, [
    JSON.stringify(STATES),
  ]);
  const client = await pool.connect();
  onTestFinished(() => client.release());
  return { query, check: () => verifyStates(client, 'somebody', STATES) };
}
