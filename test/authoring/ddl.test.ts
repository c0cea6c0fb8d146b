import { expect, test } from 'vitest';
import { ddlOf } from '../../src/authoring/ddl.ts';
import type { Column } from '../../src/definition/column.ts';
import {
  bigint,
  custom,
  jsonb,
  numeric,
  pgEnum,
  text,
  uuid,
  varchar,
} from '../../src/definition/columns.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { createStore } from '../../src/postgres/store.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { CASES } from '../definition/support/cases.ts';
import { createDatabase } from '../support/database.ts';
import { sinkRecord } from '../support/records.ts';

/** What each case is declared as, where the columns of the tests name a type of the database. */
const withValues = (column: Column): Column =>
  column.spec.type === 'enum' && !column.spec.values ? pgEnum('mood', ['sad', 'happy']) : column;

test('the table of every type of columns takes what the definition takes, unchanged', async () => {
  const database = await createDatabase();
  const store = createStore(
    readSettings({ DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: 'http://x/1/q' }, readSink),
    { onRetry: () => {}, onCircuit: () => {} },
  );
  const deadline = startDeadline(60_000);
  const definitions = CASES.map(({ column }, index) => ({
    ...{ topic: `t${index}`, table: `cases.t${index}`, key: 'id' },
    columns: { id: bigint(), c: withValues(column) },
  }));
  await database.query(ddlOf(definitions));
  const plain = await database.pool.connect();
  try {
    await plain.query("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'");
    for (const [index, { name, taken }] of CASES.entries()) {
      const { all } = compileSinks(definitions[index]);
      const rows = taken.map(([json], id) => {
        const decoded = all[0]?.decode(sinkRecord(`{"id":${id},"c":${json}}`));
        if (decoded === undefined || !('row' in decoded)) expect.fail(`${name}: ${json}`);
        return decoded;
      });
      const { stored, failed, rejected } = await store.store(rows, deadline);
      expect([name, stored.length, failed, rejected]).toEqual([name, taken.length, [], []]);
      const shown = await plain.query(`SELECT c::text FROM cases.t${index} ORDER BY id`);
      expect([name, ...shown.rows.map(({ c }) => c)]).toEqual([
        name,
        ...taken.map(([, text, changed = text]) => changed),
      ]);
    }
  } finally {
    deadline.clear();
    plain.release();
    await store.close();
  }
});

test('the SQL names schemas, enums, limits, nulls and the key, and quotes what must be quoted', () => {
  const sql = ddlOf([
    {
      topic: 'orders',
      table: 'shop.Orders',
      key: ['tenant', 'order'],
      columns: {
        tenant: uuid(),
        order: varchar({ length: 20 }),
        total: numeric({ precision: 12, scale: 2 }).array().array(),
        status: pgEnum('shop.status', ["it's", 'paid']),
        'a"b': jsonb().nullable(),
        path: custom('ltree').dbDefault(),
      },
    },
    { topic: 'notes', table: 'notes', key: 'id', columns: { id: text({ max: 3 }) } },
  ]);
  expect(sql).toBe(`CREATE SCHEMA IF NOT EXISTS shop;

DO $do$ BEGIN
  IF to_regtype('shop.status') IS NULL THEN
    CREATE TYPE shop.status AS ENUM ('it''s', 'paid');
  END IF;
END $do$;

CREATE TABLE IF NOT EXISTS shop."Orders" (
  tenant uuid NOT NULL,
  "order" varchar(20) NOT NULL,
  total numeric(12,2)[] NOT NULL,
  status shop.status NOT NULL,
  "a""b" jsonb,
  path ltree,
  PRIMARY KEY (tenant, "order")
);

CREATE TABLE IF NOT EXISTS notes (
  id text NOT NULL,
  PRIMARY KEY (id)
);`);
});

test('it can be run again, beside what is there', async () => {
  const { query } = await createDatabase();
  const sql = ddlOf([
    {
      ...{ topic: 'orders', table: 'shop.orders', key: 'id' },
      columns: { id: text(), status: pgEnum('shop.status', ['paid']) },
    },
  ]);
  await query(sql);
  await query("INSERT INTO shop.orders VALUES ('1', 'paid')");
  await query(sql);
  expect(await query('SELECT * FROM shop.orders')).toEqual([{ id: '1', status: 'paid' }]);
});

test('an enum whose values nobody has said is named, with what to say', () => {
  const definition = {
    ...{ topic: 'orders', table: 'orders', key: 'id' },
    columns: { id: text(), status: pgEnum('status') },
  };
  expect(() => ddlOf([definition])).toThrow(
    "orders: columns.status: the values of status must be known to create it: pgEnum('status', ['a value', …])",
  );
});
