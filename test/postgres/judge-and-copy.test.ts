import { afterAll, expect, test } from 'vitest';
import type { Copy } from '../../src/postgres/write/copy/copy-backoff.ts';
import { decodeLines } from '../../src/postgres/write/copy/copy-text.ts';
import { beginFlush } from '../../src/postgres/write/flush.ts';
import type { Judged } from '../../src/postgres/write/judge/judge-rows.ts';
import { refusal } from '../../src/postgres/write/judge/judgements.ts';
import type { JudgedCopy } from '../../src/postgres/write/judge-and-copy.ts';
import { StoreError } from '../../src/record/errors.ts';
import type { Values } from '../../src/record/table.ts';
import { decode } from '../../src/sink/decode.ts';
import { DeadlineError, startDeadline } from '../../src/timing/deadline.ts';
import { SINKS } from '../support/notifications.ts';
import { partsWith } from '../support/parts.ts';
import { incomingOf, records } from '../support/records.ts';

const deadline = startDeadline(600_000);
afterAll(() => deadline.clear());

const rowsOf = (count: number) =>
  decode(incomingOf(...records(count)), SINKS.sinkOf, 'dead-letter').rows;
const offsetOf = (row: Values | undefined) => Number(row?.[8]);

/** Refuses each tenth row; others wait for the end of another transaction where `isRival` says so. */
function judgeTenths(
  rows: readonly Values[],
  isRival: (offset: number) => boolean = () => false,
): Judged {
  const places = [...rows.keys()];
  const isBad = (place: number) => offsetOf(rows[place]) % 10 === 3;
  return {
    refused: new Map(places.filter(isBad).map((at) => [at, refusal('23514', 'polite')])),
    rivals: places.filter((at) => !isBad(at) && isRival(offsetOf(rows[at]))),
    current: true,
  };
}

/** A flush of 4,000 rows, all of which have been added, in two chunks. */
function createRig({ judge, copy }: Partial<JudgedCopy>) {
  const copied: number[] = [];
  const inserted: number[] = [];
  const told: number[] = [];
  const copyAll: Copy = async (lines) => {
    const rows: Values[] = [];
    for await (const some of lines) rows.push(...decodeLines(some));
    copied.push(...rows.map(offsetOf));
    return rows.length;
  };
  const parts = partsWith({
    insert: async (rows) => {
      inserted.push(...rows.map(offsetOf));
      return rows.length;
    },
    offerJudged: () => ({
      judge: judge ?? (async (rows) => judgeTenths(rows)),
      copy: copy ? (...args) => copy(...args) : copyAll,
    }),
  });
  const flush = beginFlush(
    4000,
    () => parts,
    2,
    deadline,
    (some) => told.push(...some.map(({ record }) => Number('offset' in record && record.offset))),
  );
  const rows = rowsOf(4000);
  for (let from = 0; from < rows.length; from += 250) flush.add(rows.slice(from, from + 250));
  return { end: flush.end, copied, copyAll, inserted, told };
}

const ALL = Array.from({ length: 4000 }, (_, offset) => offset);
const TENTHS = ALL.filter((offset) => offset % 10 === 3);
const SOUND = ALL.filter((offset) => offset % 10 !== 3);
const sorted = (offsets: readonly number[]) => offsets.toSorted((a, b) => a - b);

test('sound rows are copied, and the refused ones are told while that is under way', async () => {
  const under = Promise.withResolvers<void>();
  const rig = createRig({
    copy: async (...args) => {
      await under.promise;
      return rig.copyAll(...args);
    },
  });
  const ending = rig.end();
  await expect.poll(() => rig.told.length).toBe(TENTHS.length);
  expect(rig.copied).toEqual([]);
  under.resolve();
  const { stored, inserted, rejected, failed } = await ending;
  expect(sorted(rig.copied)).toEqual(SOUND);
  expect([stored.length, inserted, rejected.length, failed]).toEqual([3600, 3600, 400, []]);
  expect([sorted(rig.told), rig.inserted]).toEqual([TENTHS, []]);
});

test('rows whose rivals may be going are inserted in the end', async () => {
  const isRival = (offset: number) => offset % 100 === 50;
  const rig = createRig({ judge: async (rows) => judgeTenths(rows, isRival) });
  const { stored, rejected, failed } = await rig.end();
  expect([stored.length, rejected.length, failed]).toEqual([3600, 400, []]);
  expect(sorted(rig.inserted)).toEqual(ALL.filter(isRival));
  expect(sorted(rig.copied)).toEqual(SOUND.filter((offset) => !isRival(offset)));
});

test.each([
  ['judged', { judge: async () => null }, ALL],
  ['copied', { copy: async () => null }, SOUND],
])('rows that PostgreSQL does not want to have %s are inserted', async (_, how, expected) => {
  const rig = createRig(how);
  const { stored, rejected, failed } = await rig.end();
  expect([sorted(rig.inserted), rig.copied, failed]).toEqual([expected, [], []]);
  expect(stored.length + rejected.length).toBe(4000);
  expect(sorted(rig.told)).toEqual(expected === ALL ? [] : TENTHS);
});

test.each([
  ['PostgreSQL is away', new StoreError('transient', 'away', '57P01', null)],
  ['the time is over', new DeadlineError('The time for the batch ran out.')],
])(
  'once %s, nothing more is tried, and what is neither stored nor refused has failed',
  async (_, error) => {
    let judged = 0;
    const rig = createRig({
      judge: async (rows) => {
        judged += 1;
        if (judged === 2) throw error;
        return judgeTenths(rows);
      },
    });
    const { stored, rejected, failed } = await rig.end();
    expect(rig.inserted).toEqual([]);
    expect(rejected.length).toBe(rig.told.length);
    expect(stored.length).toBe(rig.copied.length);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ cause }) => cause === error)).toBe(true);
    const fates = [
      ...stored,
      ...rejected.map(({ record }) => record),
      ...failed.map(({ record }) => record),
    ];
    expect(sorted(fates.map((record) => Number('offset' in record && record.offset)))).toEqual(ALL);
  },
);

test('once PostgreSQL is away while it copies, nothing more is tried, and what was refused stays so', async () => {
  const error = new StoreError('transient', 'away', '57P01', null);
  const rig = createRig({
    copy: async () => {
      throw error;
    },
  });
  const { stored, rejected, failed } = await rig.end();
  expect([stored, rig.inserted]).toEqual([[], []]);
  expect(rejected.length).toBe(rig.told.length);
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected.length + failed.length).toBe(4000);
  expect(failed.every(({ cause }) => cause === error)).toBe(true);
});
