import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readSchema } from '../../local/create-tables.ts';
import { record } from '../support/records.ts';
import { createQueueWorld, deadLetterOf } from './support/queue-world.ts';

const SINK_CONFIG = fileURLToPath(
  new URL('../../examples/customers/sink.config.ts', import.meta.url),
);

const HOUR = 3_600_000;

/** The dead letter of a customer's record, at the hour of its offset; without fields, of a tombstone. */
function of(customerId: number, offset: number, fields: object | null) {
  const key = Buffer.from(JSON.stringify({ customerId })).toString('base64');
  return deadLetterOf(
    record(fields, { topic: 'customers', offset, timestamp: offset * HOUR, key }),
  );
}

async function createWorld() {
  const world = await createQueueWorld({ SINK_CONFIG });
  await world.database.query(readSchema('examples/customers/schema.sql'));
  await world.database.query(`INSERT INTO shop.customers
    (customer_id, full_name, email, city, source_timestamp, source_offset)
    VALUES (1, 'Ada', 'ada@example.com', 'Bern', to_timestamp(3600), 1), (2, 'Bob', null, 'Rome', to_timestamp(36000), 10),
           (3, 'Cyd', null, 'Oslo', to_timestamp(3600), 1), (4, 'Dan', null, 'Lyon', to_timestamp(3600), 1)`);
  await world.send(
    of(1, 5, { city: 'Basel' }),
    of(1, 6, { city: 'Chur', email: 'a@example.com' }),
    of(2, 7, { city: 'Pisa' }),
    of(3, 8, null),
    of(4, 1, { city: 'Nice' }),
    of(9, 9, { fullName: 'Eve' }),
  );
  return world;
}

test('a dry run shows the row of each key as it is and as it would be, once for a key, and what is stale', async () => {
  const world = await createWorld();
  const rows = () => world.database.query('SELECT * FROM shop.customers ORDER BY customer_id');
  const before = await rows();
  const { code, stdout } = await world.run('replay', '--dry-run');
  expect({ code, rows: await rows() }).toEqual({ code: 0, rows: before });
  const shown = Object.fromEntries(
    stdout
      .split(/^(?=customers-)/m)
      .map((text) => text.split('\n\n')[0]?.trim().split('\n') ?? [])
      .map(([id, ...lines]) => [id, lines.map((line) => line.trim())]),
  );
  expect(shown).toEqual({
    'customers-0@6': [
      'row: ~ email: "ada@example.com" → "a@example.com"',
      'row: ~ city: "Bern" → "Chur"',
      'row: ~ source_timestamp: "1970-01-01T01:00:00+00:00" → "1970-01-01T06:00:00+00:00"',
      'row: ~ source_offset: 1 → 6',
    ],
    'customers-0@8': [
      'row: ~ source_timestamp: "1970-01-01T01:00:00+00:00" → "1970-01-01T08:00:00+00:00"',
      'row: ~ source_offset: 1 → 8',
      'row: ~ deleted_at: null → "1970-01-01T08:00:00+00:00"',
    ],
    'customers-0@1': ['row: stays as it is'],
    'customers-0@9': [
      expect.stringMatching(/^row: \+ {"customer_id":9,"full_name":"Eve","email":null/),
    ],
  });
  expect(stdout).toMatch(/5 {2}would be stored\n/);
  expect(stdout).toMatch(/1 {2}would be passed over\n.*newer/);
});

test('with --redact, sensitive columns of the rows are masked: also those that the record does not mention', async () => {
  const world = await createWorld();
  const { stdout } = await world.run('replay', '--dry-run', '--redact');
  expect(stdout).toContain('row: ~ city: "Bern" → "Chur"');
  expect(stdout).toContain(
    'row: ~ email: "[redacted: 15 characters]" → "[redacted: 13 characters]"',
  );
  for (const hidden of ['example.com', 'Eve']) expect(stdout).not.toContain(hidden);
});
