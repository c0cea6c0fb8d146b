import { expect, test } from 'vitest';
import { columnNames, quoteList, quoteName } from '../../src/postgres/identifiers.ts';
import { findThere } from '../../src/postgres/write/find-there.ts';
import type { Table, Values } from '../../src/record/table.ts';
import { createAnyStore, type StoreRows } from '../support/any-store.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { createOrders, ORDERS, order, watch } from '../support/orders.ts';

const JSON_NUMBERS = '{"n":12345678901234567890.123456789012345678901234567890,"e":1e400}';

/** Each is stored by each way, and must come back as it is. */
const CASES: readonly (readonly [string, ...Parameters<typeof order>])[] = [
  ['NULL', 1, { note: null, label: null, items: null, tags: null, blob: null, total: null }],
  ['the text null', 2, { note: 'null', label: 'null', Order: 'NULL' }],
  ['the empty text', 3, { note: '', label: '', Order: '' }],
  ['the text that COPY has for NULL', 4, { note: '\\N', label: '\\\\N', Order: '\\.' }],
  ['backslashes', 5, { note: '\\', label: '\\\\ \\n \\t \\x41 \\101', Order: 'a\\' }],
  ['tabs and line ends', 6, { note: '\t\n\r\n\v\b\f', label: '\t', Order: '\n' }],
  ['quotes', 7, { note: `"'{}[],`, label: `''""`, Order: '"' }],
  ['emoji', 8, { note: '😀👩‍👩‍👧 é e\u0301 \u2028', label: '\u{10ffff}\uffff\ufeff' }],
  ['spaces at the ends', 9, { note: '  a  ', label: ' ' }],
  ['a JSON object', 10, { items: '{"b": [1, {"c": null}], "a": "x\\\\y\\n\\"z\\"", "": {}}' }],
  ['a JSON string', 11, { items: '"text"' }],
  ['a JSON string of JSON', 12, { items: '"{\\"a\\":1}"' }],
  ['JSON null', 13, { items: 'null' }],
  ['JSON numbers of many digits', 14, { items: JSON_NUMBERS }],
  ['a JSON number, true and an array', 15, { items: '-0.10' }],
  ['JSON true', 16, { items: 'true' }],
  ['an empty JSON array', 17, { items: '[]' }],
  ['JSON with a field __proto__', 18, { items: '{"__proto__":{"a":1},"constructor":2}' }],
  ['a bigint beyond 2^53', '9007199254740993', {}],
  ['the next one', '9007199254740992', {}],
  ['the largest', '9223372036854775807', {}],
  ['the least', '-9223372036854775808', {}],
  ['30 decimals', 19, { exact: '0.123456789012345678901234567891', total: '9999999999.99' }],
  ['many digits', 20, { exact: `${'9'.repeat(400)}.${'1'.repeat(300)}`, total: '-0.01' }],
  ['numbers with exponents, NaN', 21, { exact: 'NaN', total: '1e3' }],
  ['trailing zeros', 22, { exact: '1.500', total: '0' }],
  ['labels of enums', 23, { status: `it's "paid"`, 'a"b': 'Web' }],
  ['a label with a backslash', 24, { status: 'a\\b', 'a"b': 'Shop' }],
  ['bytes', 25, { blob: '\\x00ff5c0a09' }],
  ['no bytes', 26, { blob: '\\x' }],
  ['an array', 27, { tags: '{"a","b c","d\\"e","f\\\\g",NULL,"NULL","","{}"}' }],
  ['an empty array', 28, { tags: '{}' }],
  ['nested arrays', 29, { tags: '{{"a","b"},{"c","d"}}' }],
  ['a time with an offset', 30, { placed_at: '2025-10-22T12:34:56.789012+05:45' }],
  ['early and late times', 31, { placed_at: '0001-01-01T00:00:00Z' }],
  ['a late time', 32, { placed_at: '9999-12-31T23:59:59.999999Z' }],
  ['booleans', 33, { paid: 'true' }],
  ['false', 34, { paid: 'false' }],
  [
    'names that objects have',
    35,
    [
      ['constructor', 'c'],
      ['__proto__', 'p'],
    ],
  ],
  ['the same order of another tenant', 1, { note: 'other' }, 'b'],
  ['keys that are alike when joined', 11, { note: '1' }, 'c'],
  ['and their other', 1, { note: '2' }, 'c1'],
  ['a tenant that looks like a joined key', 1, { note: '3' }, '1:c1:1'],
  ['an empty tenant', 1, { note: '4' }, ''],
];

const ROWS = CASES.map(([, ...given]) => order(...given));

/** COPY is for 50 rows and more. */
const MORE = Array.from({ length: 50 }, (_, index) => order(1000 + index, { note: `${index}` }));

const WAYS = [
  ['COPY', async (store: StoreRows) => store([...ROWS, ...MORE]), ['COPY']],
  [
    'INSERT',
    async (store: StoreRows) => {
      for (const rows of chunksOf([...ROWS, ...MORE], 49)) await store(rows);
    },
    ['INSERT'],
  ],
  [
    'INSERT of what COPY refused',
    async (store: StoreRows) => {
      await store(MORE.slice(0, 1));
      await store([...ROWS, ...MORE]);
    },
    ['COPY', 'INSERT'],
  ],
] as const;

test.each(WAYS)('every value comes back as it was, by %s', async (_, way, expected) => {
  const database = await createDatabase();
  await createOrders(database);
  const told = await watch(database);
  await database.query('CREATE TABLE expected (LIKE shop.orders)');
  for (const row of [...ROWS, ...MORE]) await insertByHand(database, row);

  await way(await createAnyStore(database, ORDERS));

  expect(await told()).toEqual(expected);
  const read = async (table: string) => {
    await database.query(`ALTER TABLE ${table} DROP COLUMN stored_at`);
    return database.query(`SELECT t::text AS row FROM ${table} t ORDER BY tenant_id, order_id`);
  };
  expect(await read('shop.orders')).toEqual(await read('expected'));
  // Quoted here once more, so that a mistake of the test's own statement would show.
  expect(
    await database.query(
      `SELECT note, label, items::text, exact::text, tags, "a""b" AS kind, "__proto__" AS proto
         FROM shop.orders WHERE tenant_id = 'a' AND order_id IN (1, 2, 4, 11, 12, 13, 14, 19, 24, 27, 35) ORDER BY order_id`,
    ),
  ).toMatchObject([
    { note: null, label: null, items: null, tags: null },
    { note: 'null', label: 'null' },
    { note: '\\N', label: '\\\\N' },
    { items: '"text"' },
    { items: '"{\\"a\\":1}"' },
    { items: 'null' },
    { items: expect.stringContaining('12345678901234567890.123456789012345678901234567890') },
    { exact: '0.123456789012345678901234567891' },
    { kind: 'Shop' },
    { tags: ['a', 'b c', 'd"e', 'f\\g', null, 'NULL', '', '{}'] },
    { proto: 'p' },
  ]);
});

test.each([49, 60])('of %i rows whose keys are equal numbers, one of each stays', async (count) => {
  const database = await createDatabase();
  await database.query('CREATE TABLE amounts (amount numeric PRIMARY KEY, note text)');
  const table: Table = {
    name: ['amounts'],
    columns: [
      { name: 'amount', type: 'numeric', nullable: false },
      { name: 'note', type: 'text', nullable: true },
    ],
    key: [0],
    onConflict: 'ignore',
  };
  const store = await createAnyStore(database, table);
  const rows = Array.from({ length: count - 1 }, (_, index): Values => [`${index}`, null]);
  const written = await store([...rows, ['1.0', 'again']]);
  expect([written.stored.length, written.inserted]).toEqual([count - 1, count - 1]);
  expect(written.conflicts).toMatchObject([{ record: { offset: count - 1 }, rule: 'conflict' }]);
  expect(await database.query('SELECT count(*)::int FROM amounts')).toEqual([{ count: count - 1 }]);
});

test.each([10, 60])(
  'of %i rows, those that a type or a rule refuses are named, the others stored',
  async (count) => {
    const database = await createDatabase();
    await createOrders(database);
    await database.query(
      'ALTER TABLE shop.orders ALTER COLUMN note SET NOT NULL, ADD CONSTRAINT "Positive" CHECK (total > 0)',
    );
    const sound = Array.from({ length: count }, (_, index) => order(index, { note: '' }));
    const bad = [
      ['22P02', order(100, { note: '', status: 'unknown' })],
      ['22P02', order(101, { note: '', 'a"b': 'web' })],
      ['22P02', order(102, { note: '', tags: '{a' })],
      ['22P02', order(103, { note: '', items: '{' })],
      ['22003', order('9223372036854775808', { note: '' })],
      ['23502', order(104)],
      ['23514', order(105, { note: '', total: '-1' })],
      ['22003', order(106, { note: '', total: '12345678901' })],
      ['22001', order(107, { note: '', label: 'x'.repeat(321) })],
    ] as const;
    const store = await createAnyStore(database, ORDERS);
    const { stored, rejected, failed } = await store([...sound, ...bad.map(([, row]) => row)]);
    expect([stored.length, failed]).toEqual([count, []]);
    const found = rejected.map(({ record, details }) => [offsetOf(record), details.sqlstate]);
    expect(found.toSorted()).toEqual(
      bad.map(([sqlstate], index) => [count + index, sqlstate]).toSorted(),
    );
    expect(rejected.find(({ details }) => details.sqlstate === '23514')?.message).toContain(
      'constraint Positive',
    );
  },
);

test('a NULL in a column that the sink does not write fails, and rejects nothing (P4)', async () => {
  const database = await createDatabase();
  await createOrders(database);
  await database.query('ALTER TABLE shop.orders ADD COLUMN "notE" text NOT NULL');
  const store = await createAnyStore(database, ORDERS);
  for (const count of [1, 60]) {
    const rows = Array.from({ length: count }, (_, index) => order(index));
    const { failed, rejected } = await store(rows);
    expect([failed.length, rejected]).toEqual([count, []]);
    expect(failed[0]?.cause).toMatchObject({ fault: 'deployment', code: '23502' });
  }
});

test('a key of two columns is asked for before anything is copied', async () => {
  const database = await createDatabase();
  await createOrders(database);
  await database.query(
    'ALTER TABLE shop.orders DROP CONSTRAINT orders_pkey, ADD UNIQUE (tenant_id), ADD UNIQUE (order_id, tenant_id, note)',
  );
  const store = await createAnyStore(database, ORDERS);
  const { failed } = await store(MORE);
  expect(failed).toHaveLength(50);
  expect(failed[0]?.cause).toMatchObject({ code: '42P10' });
});

test('rows that are there are found by their key, as its types compare', async () => {
  const database = await createDatabase();
  await createOrders(database);
  await database.query(
    `CREATE TABLE readings (position numeric, "Key0" timestamptz, "va""lue" text, PRIMARY KEY (position, "Key0"))`,
  );
  const readings: Table = {
    name: ['public', 'readings'],
    columns: [
      { name: 'va"lue', type: 'text', nullable: true },
      { name: 'Key0', type: 'timestamptz', nullable: false },
      { name: 'position', type: 'numeric', nullable: false },
    ],
    key: [2, 1],
    onConflict: 'ignore',
  };
  const [orders, measured] = await Promise.all(
    [ORDERS, readings].map((table) => createAnyStore(database, table)),
  );
  await orders?.([order('9007199254740993', {}, '"'), order(1), order(7)]);
  await measured?.([['x', '2025-10-22T12:00:00Z', '1.0']]);
  const client = await database.pool.connect();
  try {
    const asked = [
      order('9007199254740992', {}, '"'),
      order('9007199254740993', {}, '"'),
      order(7),
      order(7, {}, 'b'),
    ];
    expect(await findThere(client, ORDERS, asked)).toEqual([1, 2]);
    expect(await findThere(client, ORDERS, [])).toEqual([]);
    expect(
      await findThere(client, readings, [
        [null, '2025-10-22T14:00:00+02:00', '1'],
        [null, '2025-10-22T12:00:00+02:00', '1'],
      ]),
    ).toEqual([0]);
  } finally {
    client.release();
  }
});

/** By statements of the test's own, with a placeholder for each value. */
async function insertByHand({ query }: TestDatabase, row: Values): Promise<void> {
  const values = ORDERS.columns.map(({ type }, position) => `$${position + 1}::text::${type}`);
  const target = `${quoteName(['expected'])} (${quoteList(columnNames(ORDERS))})`;
  await query(`INSERT INTO ${target} VALUES (${values.join(', ')})`, [...row]);
}

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

function offsetOf(record: object): number {
  return (record as { offset: number }).offset;
}
