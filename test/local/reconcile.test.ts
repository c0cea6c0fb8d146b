import { expect, test } from 'vitest';
import {
  type Expectation,
  FAULTLESS,
  type FoundDeadLetter,
  type Reconciliation,
  reconcile,
} from '../../local/reconcile.ts';
import { coordinates } from '../../src/record/coordinates.ts';
import type { OnConflict, Table } from '../../src/record/table.ts';
import { createDatabase } from '../support/database.ts';

const at = (offset: number) => ({ topic: 'sales', partition: 0, offset });

/** A table without a key of its own, so that it can hold what must not be. */
const SALES: Table = {
  name: ['Sales of "2025"'],
  columns: [
    { name: 'shop', type: 'text', nullable: false },
    { name: 'number', type: 'numeric', nullable: false },
    { name: 'total', type: 'numeric', limit: '10,2', nullable: true },
    { name: 'lines', type: 'json', nullable: true },
    { name: 'state', type: 'text', nullable: false },
    { name: 'at', type: 'bigint', nullable: false, coordinate: 'offset' },
  ],
  key: [0, 1],
  onConflict: 'ignore',
};
const DDL = `CREATE TABLE "Sales of ""2025""" (
  shop varchar(9), number numeric, total numeric(10,2), lines json, state text DEFAULT 'new', at int, stored_at timestamptz DEFAULT now())`;

type Row = readonly [
  shop: string,
  number: string,
  total: string | null,
  lines: string | null,
  state: string | undefined,
  at: string,
];
/** 1 and 1.0 are one key: the second record is the first again, but for its offset. */
const ONE: Row = ['a', '1', '0.1', '{"a": 1.0}', undefined, '0'];
const AGAIN: Row = ['a', '1.0', '0.10', '{"a": 1.0}', undefined, '1'];
const TWO: Row = ['a', '2', null, null, 'paid', '2'];
/** Another record has its key. */
const OTHER: Row = ['a', '2', '7', null, 'paid', '5'];

/** By offset. */
const expectations = (onConflict: OnConflict): readonly Expectation[] => {
  const table = onConflict === 'ignore' ? SALES : { ...SALES, onConflict };
  return [
    { table, row: ONE },
    { table, row: AGAIN },
    { table, row: TWO },
    { rejected: 'invalid_json' },
    { passedOver: true },
    { table, row: OTHER },
  ];
};

const stored = (row: Row, changes: Partial<Record<number, string | null>> = {}): Row =>
  row.map((value, index) =>
    index in changes ? changes[index] : value === undefined ? 'new' : value,
  ) as never;
const deadLetter = (offset: number, reason = 'invalid_json'): FoundDeadLetter => ({
  id: coordinates(at(offset)),
  reason,
});
const ROWS = [stored(ONE), stored(TWO)];
const DEAD_LETTERS = [deadLetter(3)];

async function judge(
  rows: readonly Row[],
  deadLetters: readonly FoundDeadLetter[],
  expected = expectations('ignore'),
) {
  const database = await createDatabase();
  await database.query(DDL);
  for (const row of rows)
    await database.query(`INSERT INTO "Sales of ""2025""" VALUES ($1, $2, $3, $4, $5, $6)`, [
      ...row,
    ]);
  const tables = new Set(expected.flatMap((one) => ('table' in one ? [one.table] : [])));
  return reconcile(
    database.url,
    [...tables],
    expected.keys().map(at),
    ({ offset }) => expected[offset] ?? expect.fail(`no record at ${offset}`),
    deadLetters,
  );
}

const NONE = { ...FAULTLESS, repeatedDeadLetters: 0 };

test('all is accounted for where each record has its row, its dead letter, or is passed over', async () => {
  expect(await judge(ROWS, DEAD_LETTERS)).toEqual({
    ...NONE,
    records: 6,
    rows: 2,
    deadLetters: 1,
    byReason: { invalid_json: 1 },
    passedOver: 2,
    replaced: 0,
  });
  // Which of two records with one key was stored is of no matter; nor is what the table's default made.
  const others = [stored(AGAIN, { 4: 'other' }), stored(OTHER)];
  expect(await judge(others, DEAD_LETTERS)).toMatchObject({ ...NONE, passedOver: 2 });
});

test('a conflict must be dead-lettered where the table says so', async () => {
  const expected = expectations('dead-letter');
  const conflict = deadLetter(5, 'key_conflict');
  expect(await judge(ROWS, [...DEAD_LETTERS, conflict], expected)).toMatchObject({
    ...NONE,
    passedOver: 1,
  });
  expect(await judge(ROWS, DEAD_LETTERS, expected)).toMatchObject({ ...NONE, missing: 1 });
  // The same record again is no conflict.
  const again = deadLetter(1, 'key_conflict');
  expect(await judge(ROWS, [...DEAD_LETTERS, conflict, again], expected)).toMatchObject({
    ...NONE,
    falseDeadLetters: 1,
  });
});

test.each<[string, Partial<Reconciliation>, Row[], FoundDeadLetter[]]>([
  ['a row is missing', { missing: 2 }, ROWS.slice(0, 1), DEAD_LETTERS],
  ['the row of two records is missing', { missing: 2 }, ROWS.slice(1), DEAD_LETTERS],
  ['a dead letter is missing', { missing: 1 }, ROWS, []],
  ['a record has two rows', { doubledRows: 1 }, [...ROWS, stored(TWO)], DEAD_LETTERS],
  ['a key has two rows', { doubledRows: 1 }, [...ROWS, stored(AGAIN)], DEAD_LETTERS],
  [
    'a row holds another text',
    { wrongRows: 1 },
    [stored(ONE), stored(TWO, { 4: 'Paid' })],
    DEAD_LETTERS,
  ],
  ['a number is rounded', { wrongRows: 1 }, [stored(ONE, { 2: '0.11' }), ROWS[1]], DEAD_LETTERS],
  [
    'a JSON text is changed',
    { wrongRows: 1 },
    [stored(ONE, { 3: '{"a":1}' }), ROWS[1]],
    DEAD_LETTERS,
  ],
  ['a NULL is a text', { wrongRows: 1 }, [ROWS[0], stored(TWO, { 3: 'null' })], DEAD_LETTERS],
  [
    'a row has another key',
    { wrongRows: 1, missing: 2 },
    [stored(ONE, { 0: 'b' }), ROWS[1]],
    DEAD_LETTERS,
  ],
  [
    'a row is of no valid record',
    { wrongRows: 1 },
    [...ROWS, stored(TWO, { 1: '3', 5: '3' })],
    DEAD_LETTERS,
  ],
  [
    'a valid record is dead-lettered',
    { falseDeadLetters: 1 },
    ROWS,
    [...DEAD_LETTERS, deadLetter(2)],
  ],
  [
    'a valid record is dead-lettered in place of being stored',
    { falseDeadLetters: 2 },
    ROWS.slice(0, 1),
    [...DEAD_LETTERS, deadLetter(2), deadLetter(5)],
  ],
  [
    'a record that is passed over is dead-lettered',
    { falseDeadLetters: 1 },
    ROWS,
    [...DEAD_LETTERS, deadLetter(4)],
  ],
  [
    'a dead letter is of no record',
    { falseDeadLetters: 1 },
    ROWS,
    [...DEAD_LETTERS, deadLetter(6)],
  ],
  ['a dead letter names another reason', { wrongReasons: 1 }, ROWS, [deadLetter(3, 'tombstone')]],
  [
    'a dead letter is there twice',
    { repeatedDeadLetters: 1 },
    ROWS,
    [...DEAD_LETTERS, ...DEAD_LETTERS],
  ],
] as never)('it is noticed when %s', async (_, fault, rows, deadLetters) => {
  expect(await judge(rows, deadLetters)).toMatchObject({ ...NONE, ...fault });
});
