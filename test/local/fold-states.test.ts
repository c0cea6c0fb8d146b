import { expect, test } from 'vitest';
import {
  type Expectation,
  FAULTLESS,
  type Reconciliation,
  reconcile,
} from '../../local/reconcile.ts';
import type { States, Table } from '../../src/record/table.ts';
import { createDatabase } from '../support/database.ts';

const SOFT: States = {
  ...{ version: [1], update: [1, 2, 3], tombstones: 'soft-delete', deletedAt: 'gone at' },
};
const HARD: States = { version: [1], update: [1, 2, 3], tombstones: 'delete' };

/** `first` is not among the columns of an update. */
const tableOf = (states: States): Table => ({
  name: ['states'],
  columns: [
    { name: 'id', type: 'numeric', nullable: false },
    { name: 'version', type: 'text', nullable: false },
    { name: 'a', type: 'text', nullable: true },
    { name: 'b', type: 'json', nullable: true },
    { name: 'first', type: 'text', nullable: true },
  ],
  ...{ key: [0], onConflict: 'ignore', states },
});

type State = readonly (string | null | undefined)[];
type Row = readonly (string | null)[];
/** Mentions no value. */
const tombstone = (id: string, version: string): State => [id, version, undefined, undefined];

async function judge(
  states: States,
  records: readonly State[],
  rows: readonly Row[],
): Promise<Reconciliation> {
  const database = await createDatabase();
  await database.query(
    'CREATE TABLE states (id numeric, version text, a text, b json, first text, "gone at" timestamptz)',
  );
  for (const row of rows)
    await database.query(`INSERT INTO states VALUES ($1, $2, $3, $4, $5, $6)`, [...row]);
  const table = tableOf(states);
  const expectations = records.map((state): Expectation => {
    const row = table.columns.map((_, at) => state[at]);
    return { table, row, isTombstone: state.length === 4 };
  });
  return reconcile(
    database.url,
    [table],
    records.map((_, offset) => ({ topic: 'states', partition: 0, offset })),
    ({ offset }) => expectations[offset] ?? expect.fail(`no record at ${offset}`),
    [],
  );
}

const ONE: State = ['1', 'b', 'one', '{"x": 1}', 'first'];
const [NOW, NULLS] = ['2026-11-28T10:00:00Z', [null, null, null] as const];

test.each<[string, States, State[], Row[], number]>([
  [
    'a newer one',
    SOFT,
    [ONE, ['1', 'c', 'two', 'null', 'x']],
    [['1', 'c', 'two', 'null', 'first', null]],
    1,
  ],
  [
    'one that is newer, though its key is written otherwise',
    SOFT,
    [ONE, ['1.0', 'c', 'two', '[]', 'x']],
    [['1', 'c', 'two', '[]', 'first', null]],
    1,
  ],
  [
    'an older one that comes later',
    SOFT,
    [ONE, ['1', 'a', 'two', '[]', 'x']],
    [['1', 'b', 'one', '{"x": 1}', 'first', null]],
    1,
  ],
  [
    'the first of two that are as new',
    SOFT,
    [ONE, ['1', 'b', 'two', '[]', 'x']],
    [['1', 'b', 'one', '{"x": 1}', 'first', null]],
    1,
  ],
  [
    'what a newer one does not mention',
    SOFT,
    [ONE, ['1', 'c', undefined, null, 'x']],
    [['1', 'c', 'one', null, 'first', null]],
    1,
  ],
  [
    'what no one mentions, whatever it is',
    SOFT,
    [['1', 'b', undefined, null, undefined]],
    [['1', 'b', 'default', null, 'default', null]],
    0,
  ],
  ['a mark', SOFT, [ONE, tombstone('1', 'c')], [['1', 'c', 'one', '{"x": 1}', 'first', NOW]], 1],
  ['a mark of what was never there', SOFT, [tombstone('1', 'c')], [['1', 'c', ...NULLS, NOW]], 0],
  [
    'a row that came again',
    SOFT,
    [ONE, tombstone('1', 'c'), ['1', 'd', 'two', '[]', 'x']],
    [['1', 'd', 'two', '[]', 'first', null]],
    2,
  ],
  ['no row', HARD, [ONE, tombstone('1', 'c')], [], 2],
  [
    'a row that came again, as another one',
    HARD,
    [ONE, tombstone('1', 'c'), ['1', 'd', undefined, '[]', 'x']],
    [['1', 'd', null, '[]', 'x', null]],
    2,
  ],
  ['nothing that is older than its delete', HARD, [tombstone('1', 'c'), ONE], [], 2],
] as never)('a table of states must have %s', async (_, states, records, rows, replaced) => {
  expect(await judge(states, records, rows)).toMatchObject({
    ...FAULTLESS,
    ...{ records: records.length, rows: rows.length, replaced },
  });
});

test.each<[string, States, State[], Row[], Partial<Reconciliation>]>([
  [
    'an old state is there',
    SOFT,
    [ONE, ['1', 'c', 'two', '[]', 'x']],
    [['1', 'b', 'one', '{"x": 1}', 'first', null]],
    { wrongRows: 1 },
  ],
  [
    'an update went too far',
    SOFT,
    [ONE, ['1', 'c', 'two', '[]', 'x']],
    [['1', 'c', 'two', '[]', 'x', null]],
    { wrongRows: 1 },
  ],
  [
    'what was not mentioned is NULL',
    SOFT,
    [ONE, ['1', 'c', undefined, '[]', 'x']],
    [['1', 'c', null, '[]', 'first', null]],
    { wrongRows: 1 },
  ],
  [
    'a mark is missing',
    SOFT,
    [ONE, tombstone('1', 'c')],
    [['1', 'c', 'one', '{"x": 1}', 'first', null]],
    { wrongRows: 1 },
  ],
  [
    'a row is marked for nothing',
    SOFT,
    [ONE],
    [['1', 'b', 'one', '{"x": 1}', 'first', NOW]],
    { wrongRows: 1 },
  ],
  [
    'a state is missing',
    SOFT,
    [ONE, ['2', 'b', 'one', '[]', 'x']],
    [['1', 'b', 'one', '{"x": 1}', 'first', null]],
    { missing: 1 },
  ],
  [
    'a deleted row is there',
    HARD,
    [ONE, tombstone('1', 'c')],
    [['1', 'b', 'one', '{"x": 1}', 'first', null]],
    { wrongRows: 1 },
  ],
  [
    'a row has been deleted by an old tombstone',
    HARD,
    [ONE, tombstone('1', 'a')],
    [],
    { missing: 1 },
  ],
] as never)('it is noticed when %s', async (_, states, records, rows, fault) => {
  expect(await judge(states, records, rows)).toMatchObject({ ...FAULTLESS, ...fault });
});
