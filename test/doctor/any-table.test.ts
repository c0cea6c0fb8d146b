import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { checkColumns } from '../../src/doctor/columns.ts';
import { checkInsert } from '../../src/doctor/insert.ts';
import { checkKey } from '../../src/doctor/key.ts';
import { checkTable, type FoundTable } from '../../src/doctor/table.ts';
import type { Column, Table } from '../../src/record/table.ts';
import { createDatabase } from '../support/database.ts';
import { createOrders, ORDERS } from '../support/orders.ts';
import { finding } from './support/diagnose.ts';

const TYPES = [
  ...['text', 'varchar', 'uuid', 'boolean', 'smallint', 'integer', 'int', 'bigint', 'numeric'],
  ...['real', 'double precision', 'timestamptz', 'timestamp', 'date', 'time', 'interval'],
  ...['json', 'jsonb', 'bytea', 'inet', 'mood', '"Mood"', 'text[]', '"Mood"[]', 'numeric[]'],
  ...['feeling', 'int4range', 'cidr', 'macaddr', 'money', 'xml', 'point', 'varbit', 'timetz'],
];

test('a row of every type is invented', async () => {
  const columns = TYPES.map(
    (type, index): Column => ({ name: `c${index}`, type, nullable: false }),
  );
  const definitions = columns.map(({ name, type }) => `${name} ${type} NOT NULL`);
  const { insert, query } = await examine(
    { name: ['every'], columns, key: [0, 7], onConflict: 'ignore' },
    `CREATE TYPE mood AS ENUM ('fine'); CREATE TYPE "Mood" AS ENUM ('so', 'so so'); CREATE DOMAIN feeling AS mood;
     CREATE TABLE every (${definitions}, PRIMARY KEY (c0, c7))`,
  );
  // A row with the same key would look like a trigger that keeps the row from the table.
  for (let turn = 0; turn < 3; turn += 1)
    expect(await insert()).toMatchObject([{ status: 'passed' }]);
  expect((await query('SELECT FROM every')).rowCount).toBe(0);
});

test('all is well with a table whose names must be quoted and whose key has two columns', async () => {
  const limits = new Map([
    ['total', '12,2'],
    ['label', '320'],
  ]);
  const columns = ORDERS.columns.map((column) => {
    const limit = limits.get(column.name);
    return limit === undefined ? column : { ...column, limit };
  });
  const { all } = await examine({ ...ORDERS, columns });
  expect((await all()).map(({ status, detail }) => [status, detail])).toEqual([
    ['passed', `all ${columns.length} are there, with types that fit`],
    ['passed', '(tenant_id, order_id) is unique, and never NULL'],
    ['passed', 'a row was inserted and rolled back'],
  ]);
});

test.each([
  ['no row is invented', false, finding('warned', /type of Pair \(pair\)/, /by hand/)],
  ['the column is NULL where it may be', true, { status: 'passed' }],
])('of a type whose values are not known, %s', async (_, nullable, expected) => {
  const { insert } = await examine(
    {
      name: ['pairs'],
      columns: [
        { name: 'id', type: 'int', nullable: false },
        { name: 'Pair', type: 'pair', nullable },
      ],
      key: [0],
      onConflict: 'ignore',
    },
    'CREATE TYPE pair AS (a int, b int); CREATE TABLE pairs (id int PRIMARY KEY, "Pair" pair)',
  );
  expect(await insert()).toMatchObject([expected]);
});

test('an invented value keeps to the limit of its column', async () => {
  const columns = [
    { name: 'code', type: 'varchar', limit: '4', nullable: false },
    { name: 'number', type: 'numeric', limit: '6,2', nullable: false },
  ];
  const { insert } = await examine(
    { name: ['few'], columns, key: [0, 1], onConflict: 'ignore' },
    'CREATE TABLE few (code varchar(4), number numeric(6,2), PRIMARY KEY (code, number))',
  );
  expect(await insert()).toMatchObject([{ status: 'passed' }]);
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
  ['numeric', '12,2', 'numeric(13,4)', 'warned'],
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
  ['numeric', '10,1', 'numeric(12,2)', 'passed'],
  ['numeric', '12,2', 'numeric(10,1)', 'failed'],
  ['numeric', '12,-2', 'numeric(12,-2)', 'passed'],
  ['numeric[]', undefined, 'numeric(12,2)[]', 'failed'],
  ['numeric[]', '12,2', 'numeric(12,2)[]', 'passed'],
  ['integer', undefined, 'numeric(10,0)', 'passed'],
  ['bigint', undefined, 'numeric(12,2)', 'warned'],
  ['bigint', undefined, 'numeric(20,-2)', 'failed'],
  ['double precision', undefined, 'real', 'failed'],
  ['double precision', undefined, 'numeric', 'failed'],
  ['boolean', undefined, 'text', 'failed'],
  ['boolean', undefined, 'int', 'failed'],
  ['varchar', '3', 'char(3)', 'failed'],
  ['varchar[]', '3', 'char(3)[]', 'failed'],
  ['varchar[]', '3', 'text[]', 'failed'],
  ['char', undefined, 'char(5)', 'failed'],
  ['bit', undefined, 'bit(5)', 'failed'],
  ['text[]', undefined, 'text', 'failed'],
  ['text', undefined, 'text[]', 'failed'],
  ['timestamptz[]', undefined, 'timestamptz(3)[]', 'failed'],
  ['timestamp', undefined, 'timestamptz', 'failed'],
  ['date', undefined, 'timestamp', 'failed'],
  ['time', undefined, 'timetz', 'failed'],
  ['interval', undefined, 'interval', 'passed'],
  ['interval', undefined, 'interval year to month', 'failed'],
  ['jsonb', undefined, 'json', 'failed'],
  ['jsonb', undefined, 'text', 'failed'],
  ['bytea', undefined, 'text', 'failed'],
  ['inet', undefined, 'cidr', 'failed'],
  ['mood', undefined, 'mood', 'passed'],
  ['mood', undefined, 'feeling', 'passed'],
  ['mood', undefined, '"Mood"', 'failed'],
  ['mood', undefined, 'text', 'failed'],
  ['text', undefined, 'mood', 'failed'],
  ['heading', undefined, 'heading', 'passed'],
  ['short', undefined, 'short', 'failed'],
  ['shorter', undefined, 'shorter', 'failed'],
  ['text', undefined, 'shorter', 'warned'],
  ['varchar', '3', 'shorter', 'passed'],
  ['numeric', '5,2', 'price', 'passed'],
  ['numeric', '5,3', 'price', 'failed'],
])('a value of %s (%s) into a column of %s: %s', async (type, limit, actual, status) => {
  const column = { name: 'v', type, nullable: false, ...(limit === undefined ? {} : { limit }) };
  const { columnsOf } = await examine(
    { name: ['one'], columns: [column], key: [0], onConflict: 'ignore' },
    `CREATE DOMAIN short AS varchar(3); CREATE DOMAIN heading AS text; CREATE DOMAIN shorter AS short;
     CREATE DOMAIN price AS numeric(5,2); CREATE TYPE mood AS ENUM ('fine'); CREATE TYPE "Mood" AS ENUM ('fine');
     CREATE DOMAIN feeling AS mood; CREATE TABLE one (v ${actual})`,
  );
  const checks = await columnsOf('');
  expect(checks.map((check) => check.status)).toEqual([status]);
});

test.each([
  ['mood', 'mood', [], []],
  ['mood', 'feeling', [], []],
  [
    ...['mood', 'mood', ['so so']],
    [
      finding(
        'failed',
        /^mood, for v, lacks "so so", which the definition lists/,
        /ALTER TYPE mood ADD VALUE 'so so';/,
      ),
    ],
  ],
  [
    ...['mood[]', 'mood[]', ['so so']],
    [finding('failed', /^mood, for v, lacks "so so"/, /ALTER TYPE mood ADD VALUE 'so so';/)],
  ],
] as const)(
  'the values of %s that the definition lists are compared with those of %s',
  async (type, actual, more, expected) => {
    const column = { name: 'v', type, nullable: false, labels: ['fine', ...more] };
    const { columnsOf } = await examine(
      { name: ['one'], columns: [column], key: [0], onConflict: 'ignore' },
      `CREATE TYPE mood AS ENUM ('fine'); CREATE DOMAIN feeling AS mood; CREATE TABLE one (v ${actual})`,
    );
    const checks = await columnsOf('');
    expect(checks).toMatchObject(expected.length > 0 ? expected : [{ status: 'passed' }]);
  },
);

test('a value of the enum that the definition does not list is told', async () => {
  const column = { name: 'v', type: 'mood', nullable: false, labels: ['fine'] };
  const { columnsOf } = await examine(
    { name: ['one'], columns: [column], key: [0], onConflict: 'ignore' },
    `CREATE TYPE mood AS ENUM ('fine', 'so so'); CREATE TABLE one (v mood)`,
  );
  expect(await columnsOf('')).toMatchObject([
    finding('warned', /^mood, for v, has "so so", which the definition does not list/, /List it/),
  ]);
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
  const found = (await checkTable(client, table)).value as FoundTable;
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
  };
}
