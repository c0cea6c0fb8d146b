import fc from 'fast-check';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { toStoreError } from '../../src/postgres/connection/sqlstate.ts';
import { copyLines, copyStatement } from '../../src/postgres/write/copy/copy.ts';
import { encodeLines } from '../../src/postgres/write/copy/copy-text.ts';
import { createFeed } from '../../src/postgres/write/copy/feed.ts';
import { insertRows, insertStatement } from '../../src/postgres/write/insert.ts';
import type { Values } from '../../src/record/table.ts';
import { createDatabase } from '../support/database.ts';
import { eventOf, notification, recordOf } from '../support/event.ts';
import { uuid } from '../support/records.ts';
import { fieldsOf, NOTIFICATIONS, row, text } from '../support/rows.ts';
import { createSink } from '../support/sink.ts';

/** Copies rows, a few at a time. */
function copy(client: pg.ClientBase, rows: readonly Values[], pieces = 1): Promise<number> {
  const lines = createFeed<Buffer>();
  const length = Math.ceil(rows.length / pieces);
  for (let from = 0; from < rows.length; from += length)
    lines.push(encodeLines(rows.slice(from, from + length).map((one) => ({ row: one }))));
  lines.end();
  return copyLines(client, copyStatement(NOTIFICATIONS), lines);
}

test('COPY stores what an INSERT stores, whatever the text is', async () => {
  const { pool, query } = await createDatabase();
  const client = await pool.connect();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1 }), async (texts) => {
        const rows = texts.map(([title, body], index) => row(index, { title, body }));
        const stored = async (store: () => Promise<unknown>) => {
          await query('TRUNCATE notifications');
          await store();
          return query(
            `SELECT ${Object.keys(fieldsOf(row(0))).join()} FROM notifications ORDER BY id`,
          );
        };
        const copied = await stored(() => copy(client, rows, 3));
        const inserted = await stored(() =>
          insertRows(client, insertStatement(NOTIFICATIONS), rows),
        );
        expect(copied).toEqual(inserted);
        expect(copied).toMatchObject(texts.map(([title, body]) => ({ title, body })));
      }),
      { numRuns: 100 },
    );
  } finally {
    client.release();
  }
});

test('a copy whose rows never end is given up with its connection', async () => {
  const { pool } = await createDatabase();
  const client = await pool.connect();
  client.on('error', () => {});
  const lines = createFeed<Buffer>();
  lines.push(encodeLines([{ row: row(1) }]));
  const copying = copyLines(client, copyStatement(NOTIFICATIONS), lines).catch(
    (error: unknown) => error,
  );
  client.release(true);
  expect(await copying).toBeInstanceOf(Error);
});

test.each([
  ['a row that is there already', row(1), '23505'],
  ['a value that its type refuses', row(3, { created_at: 'yesterday evening' }), '22007'],
])('%s keeps the others out, and the connection can be used on', async (_, bad, sqlstate) => {
  const { pool } = await createDatabase();
  const client = await pool.connect();
  try {
    await copy(client, [row(1)]);
    const many = Array.from({ length: 20_000 }, (_, index) => row(10 + index));
    for (const pieces of [1, 2, 80]) {
      const refused = copy(client, [row(2), bad, ...many], pieces);
      await expect(refused.catch((error) => toStoreError(error))).resolves.toMatchObject({
        fault: 'record',
        code: sqlstate,
      });
    }
    await copy(client, [row(2)]);
    const { rows } = await client.query('SELECT count(*)::int FROM notifications');
    expect(rows).toEqual([{ count: 2 }]);
  } finally {
    client.release();
  }
});

test('what COPY cannot do, the insert does: a table with row-level security', async () => {
  const sink = await createSink();
  const { database } = sink;
  const user = `limited_${process.pid}`;
  await database.query(`CREATE ROLE ${user}; GRANT ALL ON notifications TO ${user}`);
  await database.query('ALTER TABLE notifications ENABLE ROW LEVEL SECURITY');
  await database.query(`CREATE POLICY all_rows ON notifications TO ${user} USING (true)`);
  await database.query(
    `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET role = ${user}`,
  );
  const answer = await sink.handle(eventOf(many(60)));
  await database.query('ALTER TABLE notifications DISABLE ROW LEVEL SECURITY');
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 60 }]);
  await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
});

test('a table that could not tell a row that is there already gets none, however many come (P2)', async () => {
  const sink = await createSink();
  await sink.handle(eventOf(many(60)));
  await sink.database.query('ALTER TABLE notifications DROP CONSTRAINT notifications_pkey');
  for (let delivery = 0; delivery < 3; delivery += 1) {
    const { batchItemFailures } = await sink.handle(eventOf(many(60)));
    expect(batchItemFailures).toHaveLength(60);
  }
  expect(await sink.database.query('SELECT count(*)::int FROM notifications')).toEqual([
    { count: 60 },
  ]);
  expect(await sink.queue.takeDeadLetters()).toEqual([]);
});

test('a batch is stored whole when some of its rows are there already (P2)', async () => {
  const sink = await createSink();
  await sink.handle(eventOf([recordOf(1000, notification(30)), recordOf(1001, notification(7))]));
  expect(await sink.handle(eventOf(many(60)))).toEqual({ batchItemFailures: [] });
  const found = await sink.database.query(
    'SELECT id, source_offset::int FROM notifications ORDER BY id',
  );
  expect(found).toEqual(
    Array.from({ length: 60 }, (_, number) => ({
      id: uuid(number),
      source_offset: { 7: 1001, 30: 1000 }[number] ?? number,
    })),
  );
});

/** Records that are as many as it takes for COPY. */
function many(count: number) {
  return Array.from({ length: count }, (_, number) => recordOf(number, notification(number)));
}
