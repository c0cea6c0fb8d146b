import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { findConflicts, findConflictsStatement } from '../../src/postgres/write/find-conflicts.ts';
import { insertRows, insertStatement } from '../../src/postgres/write/insert.ts';
import { checkedInsert, insertChecked } from '../../src/postgres/write/judge/checked-insert.ts';
import {
  findObstacles,
  findObstaclesStatement,
} from '../../src/postgres/write/judge/find-obstacles.ts';
import { readRules } from '../../src/postgres/write/judge/read-rules.ts';
import { createDatabase } from '../support/database.ts';
import { NOTIFICATIONS, row } from '../support/rows.ts';

/** The statements of docs/deploy.md for the sink's user, for a user of another name. */
function documentedGrants(user: string): string {
  const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const [, statements = ''] = /```sql\n(GRANT [\s\S]+?)```/.exec(text) ?? [];
  return statements.replaceAll('kafka_pg_sink', user);
}

const first = row(1);
const statement = insertStatement(NOTIFICATIONS);
const conflicts = findConflictsStatement(NOTIFICATIONS, null);

/** A database, and a connection to it as a user with just these grants. */
async function connectAs(grants: (user: string) => string): Promise<pg.Client> {
  const database = await createDatabase();
  const user = `sink_${randomBytes(6).toString('hex')}`;
  await database.query(`CREATE ROLE ${user} LOGIN PASSWORD 'secret'`);
  await database.query(grants(user));
  const url = new URL(database.url);
  url.username = user;
  url.password = 'secret';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });
  return client;
}

test('the documented grants are enough for all that the sink does', async () => {
  const client = await connectAs(documentedGrants);
  expect(await insertRows(client, statement, [first])).toBe(1);
  expect(await insertRows(client, statement, [first])).toBe(0);
  const other = row(1, { source_offset: '7', title: 'another' });
  expect(await findConflicts(client, conflicts, [first, other])).toEqual({
    others: [1],
    missing: [],
  });
  const rules = await readRules(client, NOTIFICATIONS);
  if (!rules) throw new Error('no rules');
  const suspects = { types: true, notNull: true, unique: true, constraints: new Set<string>() };
  const checked = checkedInsert(NOTIFICATIONS, rules, suspects);
  const bad = row(3, { created_at: 'never' });
  const rows = [row(2), first, bad];
  expect(await insertChecked(client, checked, rows)).toMatchObject({
    inserted: 1,
    refused: new Map([[2, { sqlstate: '22007', constraint: null, columns: ['created_at'] }]]),
    passed: [1],
    current: true,
  });
  const obstacles = findObstaclesStatement(NOTIFICATIONS, rules);
  expect(await findObstacles(client, obstacles, rules, [first])).toMatchObject([{ there: true }]);
});

test('and none of them can be left out, nor is more allowed', async () => {
  const client = await connectAs((user) => `GRANT INSERT ON notifications TO ${user}`);
  await expect(insertRows(client, statement, [first])).rejects.toMatchObject({ code: '42501' });
  const keyAlone = await connectAs(
    (user) => `GRANT INSERT, SELECT (id) ON notifications TO ${user}`,
  );
  expect(await insertRows(keyAlone, statement, [first])).toBe(1);
  await expect(findConflicts(keyAlone, conflicts, [first])).rejects.toMatchObject({
    code: '42501',
  });
  const documented = await connectAs(documentedGrants);
  await expect(documented.query('SELECT inserted_at FROM notifications')).rejects.toMatchObject({
    code: '42501',
  });
  await expect(documented.query('DELETE FROM notifications')).rejects.toMatchObject({
    code: '42501',
  });
});
