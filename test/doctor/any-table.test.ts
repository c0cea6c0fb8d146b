import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { checkColumns } from '../../src/doctor/columns.ts';
import { checkInsert } from '../../src/doctor/insert.ts';
import { checkKey, checkTable, type FoundTable } from '../../src/doctor/table.ts';
import { columnNames, quoteName } from '../../src/postgres/identifiers.ts';
import type { Column, Table } from '../../src/record/table.ts';
import { createDatabase } from '../support/database.ts';
import { createOrders, ORDERS } from '../support/orders.ts';
import { finding } from './support/diagnose.ts';

const TYPES = [
  ...['text', 'varchar', 'uuid', 'boolean', 'smallint', 'integer', 'int', 'bigint', 'numeric'],
  ...['real', 'double precision', 'timestamptz', 'timestamp', 'date', 'time', 'interval'],
  ...['json', 'jsonb', 'bytea', 'inet', 'mood', '"Mood"', 'text[]', '"Mood"[]', 'numeric[]'],
];

test('a row of every type is invented', async () => {
  const columns = TYPES.map(
    (type, index): Column => ({ name: `c${index}`, type, nullable: false }),
  );
  const definitions = columns.map(({ name, type }) => `${name} ${type} NOT NULL`);
  const { insert, query } = await examine(
    { name: ['every'], columns, key: [0, 7], onConflict: 'ignore' },
    `CREATE TYPE mood AS ENUM ('fine'); CREATE TYPE "Mood" AS ENUM ('so', 'so so');
     CREATE TABLE every (${definitions}, PRIMARY KEY (c0, c7))`,
  );
  // A row with the same key would look like a trigger that keeps the row from the table.
  for (let turn = 0; turn < 3; turn += 1)
    expect(await insert()).toMatchObject([{ status: 'passed' }]);
  expect((await query('SELECT FROM every')).rowCount).toBe(0);
});

test('all is well with a table whose names must be quoted and whose key has two columns', async () => {
  const limits: Record<string, string> = { total: '12,2', label: '320' };
  const columns = ORDERS.columns.map((column) => {
    const limit = limits[column.name];
    return limit === undefined ? column : { ...column, limit };
  });
  const { all } = await examine({ ...ORDERS, columns });
  expect((await all()).map(({ status, detail }) => [status, detail])).toEqual([
    ['passed', `all ${columns.length} are there, with types that fit`],
    ['passed', '(tenant_id, order_id) is unique'],
    ['passed', 'a row was inserted and rolled back'],
  ]);
});

test('of a type whose values are not known, no row is invented', async () => {
  const { insert } = await examine(
    {
      name: ['pairs'],
      columns: [
        { name: 'id', type: 'int', nullable: false },
        { name: 'Pair', type: 'pair', nullable: false },
      ],
      key: [0],
      onConflict: 'ignore',
    },
    'CREATE TYPE pair AS (a int, b int); CREATE TABLE pairs (id int PRIMARY KEY, "Pair" pair)',
  );
  expect(await insert()).toMatchObject([finding('warned', /type of Pair \(pair\)/, /by hand/)]);
});

test('a type that is not there', async () => {
  const columns = ORDERS.columns.map((column) =>
    column.name === 'status' ? { ...column, type: 'order_status' } : column,
  );
  const { columnsOf } = await examine({ ...ORDERS, columns });
  expect(await columnsOf('status')).toMatchObject([
    finding('failed', /^the type order_status, for status, does not exist$/, /schema/),
  ]);
});

test('a column that may be NULL by the definition, and not in the table', async () => {
  const { columnsOf, query } = await examine(ORDERS);
  await query('ALTER TABLE shop.orders ALTER "Order" SET NOT NULL');
  expect(await columnsOf('Order')).toMatchObject([
    finding(
      'warned',
      /^Order must not be null/,
      /ALTER TABLE "shop"\."orders" ALTER COLUMN "Order" DROP NOT NULL/,
    ),
  ]);
});

test.each([
  ['numeric', '12,2', 'numeric(12,2)', 'passed'],
  ['numeric', '12,2', 'numeric(14,4)', 'passed'],
  ['numeric', '12,2', 'numeric', 'passed'],
  ['numeric', '12,2', 'numeric(13,4)', 'failed'],
  ['numeric', '12,2', 'numeric(12,1)', 'failed'],
  ['numeric', undefined, 'numeric(12,2)', 'failed'],
  ['varchar', '320', 'varchar(320)', 'passed'],
  ['varchar', '320', 'text', 'passed'],
  ['text', undefined, 'varchar', 'passed'],
  ['varchar', '320', 'varchar(319)', 'warned'],
  ['varchar', undefined, 'varchar(320)', 'warned'],
  ['text', undefined, 'char(3)', 'failed'],
  ['text', undefined, 'name', 'failed'],
  ['timestamptz', '3', 'timestamptz(3)', 'passed'],
  ['timestamptz', undefined, 'timestamptz(3)', 'failed'],
  ['timestamptz', undefined, 'timestamp', 'failed'],
  ['time', undefined, 'time(0)', 'failed'],
  ['interval', undefined, 'interval(0)', 'failed'],
  ['smallint', undefined, 'int', 'passed'],
  ['int', undefined, 'numeric', 'passed'],
  ['bigint', undefined, 'int', 'warned'],
  ['bigint', undefined, 'double precision', 'failed'],
  ['real', undefined, 'double precision', 'failed'],
  ['numeric', undefined, 'bigint', 'failed'],
  ['json', undefined, 'jsonb', 'failed'],
  ['uuid', undefined, 'text', 'failed'],
  ['text[]', undefined, 'text[]', 'passed'],
  ['varchar[]', '5', 'varchar(5)[]', 'passed'],
  ['varchar[]', undefined, 'varchar(5)[]', 'warned'],
  ['text', undefined, 'short', 'warned'],
  ['text', undefined, 'heading', 'passed'],
])('a value of %s (%s) into a column of %s: %s', async (type, limit, actual, status) => {
  const column = { name: 'v', type, nullable: false, ...(limit === undefined ? {} : { limit }) };
  const { columnsOf } = await examine(
    { name: ['one'], columns: [column], key: [0], onConflict: 'ignore' },
    `CREATE DOMAIN short AS varchar(3); CREATE DOMAIN heading AS text; CREATE TABLE one (v ${actual})`,
  );
  const checks = await columnsOf('');
  expect(checks.map((check) => check.status)).toEqual([status]);
});

test.each([
  ['UNIQUE (order_id, tenant_id)', 'passed'],
  ['UNIQUE (tenant_id, order_id) INCLUDE (note)', 'passed'],
  ['UNIQUE (tenant_id)', 'failed'],
  ['UNIQUE (tenant_id, order_id, note)', 'failed'],
  ['UNIQUE (tenant_id, note)', 'failed'],
  ['UNIQUE (tenant_id) INCLUDE (order_id)', 'failed'],
  ['UNIQUE (tenant_id, order_id) DEFERRABLE', 'failed'],
])('%s as the key of two columns: %s', async (constraint, status) => {
  const { key, query } = await examine(ORDERS);
  await query(`ALTER TABLE shop.orders DROP CONSTRAINT orders_pkey, ADD ${constraint}`);
  const [check] = await key();
  expect(check?.status).toBe(status);
  if (status === 'failed') {
    expect(check?.remedy).toBe(
      'ALTER TABLE "shop"."orders" ADD PRIMARY KEY ("tenant_id", "order_id");',
    );
    await query(check?.remedy ?? '');
    expect(await key()).toMatchObject([{ status: 'passed' }]);
  }
});

test('the privileges that are missing, on all columns of the key', async () => {
  const { as, query } = await examine(ORDERS);
  const insert = await as(
    'GRANT USAGE ON SCHEMA shop TO $user; GRANT SELECT (order_id) ON shop.orders TO $user',
  );
  expect(await insert()).toMatchObject([
    finding(
      'failed',
      /may not insert/,
      /^GRANT INSERT, SELECT \("tenant_id", "order_id"\) ON "shop"\."orders" TO/,
    ),
  ]);
  await query(
    `GRANT INSERT (${columnNames(ORDERS).map((name) => quoteName([name]))}), SELECT (tenant_id) ON shop.orders TO PUBLIC`,
  );
  expect(await insert()).toMatchObject([{ status: 'passed' }]);
});

/** A database with the table, and the checks of the doctor for it. */
async function examine(table: Table, ddl?: string) {
  const database = await createDatabase();
  if (ddl === undefined) await createOrders(database);
  else await database.query(ddl);
  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  };
  const client = await connect(database.url);
  const found = (await checkTable(client, table.name)).value as FoundTable;
  const insert = async () => (await checkInsert(client, found, table)).checks;
  const key = async () => (await checkKey(client, found, table)).checks;
  const columnsOf = async (name: string) => {
    const { checks } = await checkColumns(client, found, table);
    return checks.filter(({ detail }) => detail.includes(name));
  };
  return {
    query: (text: string) => client.query(text),
    ...{ insert, key, columnsOf },
    all: async () => [...(await columnsOf('')), ...(await key()), ...(await insert())],
    /** The insert, by a user of these grants alone. */
    async as(grants: string) {
      const user = `limited_${process.pid}`;
      await client.query(`CREATE ROLE ${user} LOGIN PASSWORD 'secret'`);
      await client.query(grants.replaceAll('$user', user));
      onTestFinished(async () => {
        await database.query(`DROP OWNED BY ${user}`);
        await database.query(`DROP ROLE ${user}`);
      });
      const url = new URL(database.url);
      Object.assign(url, { username: user, password: 'secret' });
      const limited = await connect(url.href);
      return async () => (await checkInsert(limited, found, table)).checks;
    },
  };
}
