import { expect, test } from 'vitest';
import type { Blame } from '../../src/postgres/write/blame.ts';
import { findRefused, type Takes } from '../../src/postgres/write/find-refused.ts';
import type { Item } from '../../src/postgres/write/item.ts';
import { type Refusal, refusal } from '../../src/postgres/write/judge/judgements.ts';
import { StoreError } from '../../src/record/errors.ts';
import type { Values } from '../../src/record/table.ts';
import { DeadlineError } from '../../src/timing/deadline.ts';
import { sinkRecord } from '../support/records.ts';

const raised = new StoreError('deployment', 'raised', 'P0001', null);
const perhaps = async (): Promise<Blame> => 'perhaps-record';
const unproven = async (): Promise<Takes> => 'perhaps';

const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({
    record: sinkRecord(undefined, { offset: n }),
    ...{ key: `${n}`, row: [`${n}`] },
  }));

/** Inserts rows as long as none of them is bad, and does what `before` does: return, or throw. */
function insertBut(
  isBad: (key: string | null) => boolean,
  before: (call: number) => void = () => {},
) {
  const calls: (readonly Values[])[] = [];
  const insert = async (some: readonly Item[]) => {
    const rows = some.map(({ row }) => row);
    calls.push(rows);
    before(calls.length);
    if (rows.some(([key]) => isBad(key ?? null))) throw raised;
    return { inserted: rows.length, refused: new Map<number, Refusal>(), again: [] };
  };
  return { insert, calls };
}

test.each([
  ['the time is over', new DeadlineError('The time for the batch ran out.')],
  ['the connection is lost', new StoreError('transient', 'away', '57P01', null)],
])('when %s while a few are tried alone, no record is at fault (P4)', async (_, failure) => {
  const { insert } = insertBut(
    () => true,
    (call) => {
      if (call === 4) throw failure;
    },
  );
  const found = await findRefused(items(500), insert, perhaps, unproven, () => true);
  expect(found).toMatchObject({ inserted: 0, done: [], refused: [], unexplained: [] });
  expect(found.rest).toHaveLength(500);
  expect(found.error).toBe(failure);
});

test('where none of a few is taken, none is at fault, and no more are tried (P4)', async () => {
  const { insert, calls } = insertBut(() => true);
  const found = await findRefused(items(500), insert, perhaps, unproven, () => true);
  expect(found).toMatchObject({ refused: [], unexplained: [], error: raised });
  expect(found.rest).toHaveLength(500);
  expect(calls).toHaveLength(11);
});

test('where others are taken, the row is at fault, whatever the SQLSTATE (P3)', async () => {
  const { insert } = insertBut((key) => key === '7');
  const found = await findRefused(items(500), insert, perhaps, unproven, () => false);
  expect(found.done).toHaveLength(499);
  expect(found.refused).toMatchObject([{ item: { key: '7' }, refusal: { sqlstate: 'P0001' } }]);
  expect(found).toMatchObject({ inserted: 499, unexplained: [], rest: [], error: undefined });
});

test.each([
  [true, 1, 0],
  [false, 0, 1],
])(
  'of one row alone, it counts whether the table took another lately: %s',
  async (lately, refused, unexplained) => {
    const { insert } = insertBut(() => true);
    const found = await findRefused(items(1), insert, perhaps, unproven, () => lately);
    expect([found.refused.length, found.unexplained.length]).toEqual([refused, unexplained]);
  },
);

test.each([
  ['yes', 500, 0],
  ['no', 0, 500],
] as const)(
  'of rows that are all refused, it counts whether a row that was taken before is taken now: %s',
  async (takes, refused, left) => {
    const { insert } = insertBut(() => true);
    const found = await findRefused(
      items(500),
      insert,
      perhaps,
      async () => takes,
      () => true,
    );
    expect([found.refused.length, found.unexplained.length + found.rest.length]).toEqual([
      refused,
      left,
    ]);
  },
);

test.each([
  ['one alone', 1, 1],
  ['all', 500, 1],
  ['some of those that are tried alone', 500, 7],
])(
  'of %s that the table refused before it was repaired, none is at fault (P4)',
  async (_, count, calls) => {
    let refusing = calls;
    const { insert } = insertBut(() => {
      refusing -= 1;
      return refusing >= 0;
    });
    const takes = async (): Promise<Takes> => (refusing > 0 ? 'no' : 'yes');
    const found = await findRefused(items(count), insert, perhaps, takes, () => true);
    expect(found).toMatchObject({ refused: [], unexplained: [], rest: [], error: undefined });
    expect(found.done).toHaveLength(count);
  },
);

test('a row that was named stays refused, though others fail with its statement and its rule is gone', async () => {
  const isTenth = ({ key }: Item) => Number(key) % 10 === 3;
  let calls = 0;
  let isGone = false;
  const insert = async (some: readonly Item[]) => {
    calls += 1;
    if (calls === 1) throw raised;
    if (isGone || some.length === 1) {
      if (some.some(({ key }) => key === '4')) throw raised;
      return { inserted: some.length, refused: new Map<number, Refusal>(), again: [] };
    }
    isGone = true;
    const [bad, sound] = [true, false].map((is) =>
      [...some.keys()].filter((at) => isTenth(some[at] as Item) === is),
    ) as [number[], number[]];
    const refused = new Map(bad.map((at) => [at, refusal('23514', 'polite')]));
    return { inserted: 0, refused, again: sound };
  };
  const found = await findRefused(items(500), insert, perhaps, unproven, () => false, false);
  const refused = found.refused.map(({ item }) => item.key);
  expect(refused).toContain('4');
  expect(refused.length).toBeGreaterThan(2);
  expect([...refused, ...found.done.map(({ key }) => key)].toSorted()).toEqual(
    items(500)
      .map(({ key }) => key)
      .toSorted(),
  );
  expect(found).toMatchObject({ inserted: found.done.length, unexplained: [], rest: [] });
});
