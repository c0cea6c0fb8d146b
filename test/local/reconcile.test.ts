import { expect, test } from 'vitest';
import {
  type Expectation,
  FAULTLESS,
  type FoundDeadLetter,
  type Reconciliation,
  reconcile,
  type StoredRow,
} from '../../local/reconcile.ts';
import { coordinates } from '../../src/record/coordinates.ts';
import { uuid } from '../support/records.ts';

const at = (offset: number) => ({ topic: 'notifications', partition: 0, offset });
/** The first two share an id; the third has none of its own; the last is invalid. */
const EXPECTED: readonly Expectation[] = [
  { row: { id: uuid(1), title: 'one' }, rejected: null },
  { row: { id: uuid(1), title: 'one' }, rejected: null },
  { row: { title: 'two' }, rejected: null },
  { row: null, rejected: 'invalid_json' },
];
const row = (offset: number, id: number, title: string) =>
  ({ ...at(offset), id: uuid(id), title }) as StoredRow;
const deadLetter = (offset: number, reason = 'invalid_json'): FoundDeadLetter => ({
  id: coordinates(at(offset)),
  reason,
});
const ROWS = [row(0, 1, 'one'), row(2, 2, 'two')];
const DEAD_LETTERS = [deadLetter(3)];

const judge = (rows: readonly StoredRow[], deadLetters: readonly FoundDeadLetter[]) =>
  reconcile(EXPECTED.keys().map(at), ({ offset }) => expectationAt(offset), rows, deadLetters);

function expectationAt(offset: number): Expectation {
  return EXPECTED[offset] ?? expect.fail(`no record at ${offset}`);
}

const NONE = { ...FAULTLESS, repeatedDeadLetters: 0 };

test('all is accounted for where each record has its row or its dead letter', async () => {
  expect(await judge(ROWS, DEAD_LETTERS)).toEqual({
    ...NONE,
    records: 4,
    rows: 2,
    deadLetters: 1,
    byReason: { invalid_json: 1 },
  });
  // Which of two records with one id was stored is of no matter.
  expect(await judge([row(1, 1, 'one'), row(2, 2, 'two')], DEAD_LETTERS)).toMatchObject(NONE);
});

test.each<[string, Partial<Reconciliation>, StoredRow[], FoundDeadLetter[]]>([
  ['a row is missing', { missing: 1 }, ROWS.slice(0, 1), DEAD_LETTERS],
  ['the row of two records is missing', { missing: 2 }, ROWS.slice(1), DEAD_LETTERS],
  ['a dead letter is missing', { missing: 1 }, ROWS, []],
  ['a record has two rows', { doubledRows: 1 }, [...ROWS, row(2, 2, 'two')], DEAD_LETTERS],
  ['an id has two rows', { doubledRows: 1 }, [...ROWS, row(1, 1, 'one')], DEAD_LETTERS],
  [
    'a row holds other values',
    { wrongRows: 1 },
    [row(0, 1, 'One'), row(2, 2, 'two')],
    DEAD_LETTERS,
  ],
  [
    'a row has another id',
    { wrongRows: 1, missing: 1 },
    [row(0, 9, 'one'), row(2, 2, 'two')],
    DEAD_LETTERS,
  ],
  ['an invalid record has a row', { wrongRows: 1 }, [...ROWS, row(3, 3, '')], DEAD_LETTERS],
  ['a row is of no record', { wrongRows: 1 }, [...ROWS, row(4, 4, '')], DEAD_LETTERS],
  [
    'a valid record is dead-lettered',
    { falseDeadLetters: 1 },
    ROWS.slice(0, 1),
    [...DEAD_LETTERS, deadLetter(2)],
  ],
  [
    'a dead letter is of no record',
    { falseDeadLetters: 1 },
    ROWS,
    [...DEAD_LETTERS, deadLetter(4)],
  ],
  ['a dead letter names another reason', { wrongReasons: 1 }, ROWS, [deadLetter(3, 'tombstone')]],
  [
    'a dead letter is there twice',
    { repeatedDeadLetters: 1 },
    ROWS,
    [...DEAD_LETTERS, ...DEAD_LETTERS],
  ],
])('it is noticed when %s', async (_, fault, rows, deadLetters) => {
  expect(await judge(rows, deadLetters)).toMatchObject({ ...NONE, ...fault });
});
