import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Copy } from '../../src/postgres/write/copy/copy-backoff.ts';
import { decodeLines } from '../../src/postgres/write/copy/copy-text.ts';
import { beginFlush } from '../../src/postgres/write/flush.ts';
import type { TableParts } from '../../src/postgres/write/table-flush.ts';
import { CircuitOpenError, StoreError } from '../../src/record/errors.ts';
import type { RecordRow } from '../../src/record/row.ts';
import type { Values } from '../../src/record/table.ts';
import { decode } from '../../src/sink/decode.ts';
import { type Deadline, DeadlineError, startDeadline } from '../../src/timing/deadline.ts';
import { inSlices } from '../../src/timing/slices.ts';
import { SINKS } from '../support/notifications.ts';
import { type InsertAll, partsWith } from '../support/parts.ts';
import { incomingOf, notification, record, records, uuid } from '../support/records.ts';
import { NOTIFICATIONS } from '../support/rows.ts';

const deadline = startDeadline(600_000);
afterAll(() => deadline.clear());

const MARKER = 'MARKER-c0ffee';
const refusal = new StoreError('record', 'refused', '23514', 'title_is_polite');
const outage = new StoreError('transient', 'away', '57P01', null);

/** COPY is left out: what is tested here is the way that takes everything. */
const offerCopy = () => null;

/** A copy that reads all its lines, and then does what `decide` does: tell whether they are stored, or throw. */
function createCopy(decide: (rows: readonly Values[]) => boolean = () => true) {
  const copied: Values[][] = [];
  const copy: Copy = async (lines) => {
    const rows: Values[] = [];
    for await (const some of lines) rows.push(...decodeLines(some));
    copied.push(rows);
    return decide(rows) ? rows.length : null;
  };
  return { offerCopy: () => copy, copied };
}

/** Stores a batch whose rows are all there. */
async function store(
  batch: readonly RecordRow[],
  parts: Pick<TableParts, 'offerCopy'> & { readonly insert: InsertAll },
  connections: number,
  deadline: Deadline,
) {
  const flush = beginFlush(batch.length, () => partsWith(parts), connections, deadline);
  await inSlices(batch, flush.add);
  return flush.end();
}

function rowsOf(list: readonly unknown[]): RecordRow[] {
  const { rows, rejected } = decode(incomingOf(...list), SINKS.sinkOf, 'dead-letter');
  expect(rejected).toEqual([]);
  return [...rows];
}

/** An insert that keeps each statement's ids, and does what `decide` does: return, or throw. */
function createInsert(decide: (ids: readonly string[], call: number) => void = () => {}) {
  const statements: string[][] = [];
  const insert: InsertAll = async (rows) => {
    const ids = rows.map((row) => String(row[0]));
    statements.push(ids);
    decide(ids, statements.length - 1);
    return rows.length;
  };
  return { insert, statements };
}

/** A record with an id for each number, in that order. */
function shuffled(numbers: readonly number[]) {
  return numbers.map((n, offset) => {
    const id = `${n.toString(16).padStart(8, '0')}-aaaa-4aaa-8aaa-aaaaaaaa${(n * 7919).toString(16).padStart(4, '0').slice(-4)}`;
    return record(notification({ id }), { offset });
  });
}

describe('chunks', () => {
  test.each([
    [1, 2, 1],
    [499, 2, 1],
    [999, 2, 1],
    [1000, 2, 2],
    [1000, 1, 1],
    [1000, 8, 2],
    // What comes while the first 1,000 of a chunk are inserted is a second piece.
    [5000, 4, 8],
  ])('%i rows over %i connections go in %i statements', async (rows, connections, expected) => {
    const { insert, statements } = createInsert();
    const { stored, inserted, failed, rejected } = await store(
      rowsOf(records(rows)),
      { offerCopy, insert },
      connections,
      deadline,
    );
    expect(statements).toHaveLength(expected);
    expect([stored.length, inserted, failed.length, rejected.length]).toEqual([rows, rows, 0, 0]);
  });

  test('each chunk is inserted in the order of its ids, so that two writers cannot deadlock', async () => {
    const { insert, statements } = createInsert();
    const numbers = Array.from({ length: 1500 }, (_, n) => (n * 611) % 1500);
    await store(rowsOf(shuffled(numbers)), { offerCopy, insert }, 2, deadline);
    expect(statements).toHaveLength(2);
    for (const ids of statements) expect(ids).toEqual(ids.toSorted());
  });

  test('one chunk can fail while the others are stored', async () => {
    const { insert, statements } = createInsert((_, call) => {
      if (call === 0) throw outage;
    });
    const batch = rowsOf(records(1000));
    const { stored, inserted, failed, rejected } = await store(
      batch,
      { offerCopy, insert },
      2,
      deadline,
    );
    expect(failed).toHaveLength(statements[0]?.length ?? 0);
    expect(failed.every(({ cause }) => cause === outage)).toBe(true);
    expect(stored).toHaveLength(statements[1]?.length ?? 0);
    expect(inserted).toBe(stored.length);
    expect(rejected).toEqual([]);
    expect(new Set([...stored, ...failed.map(({ record }) => record)])).toEqual(
      new Set(batch.map(({ record }) => record)),
    );
  });

  test.each([1, 1000])('no row of %i is lost where the identity is not a UUID', async (count) => {
    const batch = rowsOf(records(count)).map(({ record, row, table }, n) => ({
      ...{ record, table },
      row: [`order-${n}-xyz`, ...row.slice(1)],
    }));
    const { insert, statements } = createInsert();
    const { stored } = await store(batch, { offerCopy, insert }, 2, deadline);
    expect(statements.flat()).toHaveLength(count);
    expect(stored).toHaveLength(count);
  });
});

describe('by COPY', () => {
  test('what PostgreSQL takes is not inserted again, and all of it is new', async () => {
    const { insert, statements } = createInsert();
    const { offerCopy, copied } = createCopy();
    const { stored, inserted, rejected, failed } = await store(
      rowsOf(records(1000)),
      { offerCopy, insert },
      2,
      deadline,
    );
    expect(copied.map(({ length }) => length)).toEqual([500, 500]);
    expect([stored.length, inserted, rejected, failed]).toEqual([1000, 1000, [], []]);
    expect(statements).toEqual([]);
  });

  test('rows are on their way while others are still to come', async () => {
    const [first = [], second = []] = [records(30), records(30, 30)].map(rowsOf);
    const begun = Promise.withResolvers<void>();
    const copy: Copy = async (lines) => {
      let rows = 0;
      for await (const some of lines) {
        begun.resolve();
        rows += decodeLines(some).length;
      }
      return rows;
    };
    const { insert } = createInsert();
    const flush = beginFlush(60, () => partsWith({ offerCopy: () => copy, insert }), 1, deadline);
    flush.add(first);
    await begun.promise;
    flush.add(second);
    expect((await flush.end()).stored).toEqual([...first, ...second].map(({ record }) => record));
  });

  test('a batch of which nothing is valid opens no copy', async () => {
    const { insert } = createInsert();
    const offered = vi.fn(() => null);
    const flush = beginFlush(60, () => partsWith({ offerCopy: offered, insert }), 1, deadline);
    flush.add([]);
    expect(await flush.end()).toMatchObject({ stored: [], failed: [] });
    expect(offered).not.toHaveBeenCalled();
  });

  test('another attempt gets the rows from the first on', async () => {
    const attempts: number[] = [];
    const count = async (lines: AsyncIterable<Buffer>) => {
      let rows = 0;
      for await (const some of lines) rows += decodeLines(some).length;
      attempts.push(rows);
    };
    const copy: Copy = async (lines) => {
      await count(lines);
      await count(lines);
      return attempts.at(-1) ?? 0;
    };
    const { insert } = createInsert();
    const parts = { offerCopy: () => copy, insert };
    await store(rowsOf(records(600)), parts, 1, deadline);
    expect(attempts).toEqual([600, 600]);
  });

  test('what PostgreSQL refuses is inserted as it was, whatever it holds', async () => {
    const { offerCopy } = createCopy(() => false);
    const rows: unknown[] = [];
    const insert: InsertAll = async (list) => list.map((row) => rows.push(row)).length;
    const batch = rowsOf(
      Array.from({ length: 60 }, (_, n) =>
        record(notification({ id: uuid(n), title: `\\ \t\n\r\\n ü 😀 ${n}`, body: '' }), {
          offset: n,
        }),
      ),
    );
    const { stored, inserted } = await store(batch, { offerCopy, insert }, 2, deadline);
    expect(rows).toEqual(batch.map(({ row }) => row));
    expect(stored).toEqual(batch.map(({ record }) => record));
    expect(inserted).toBe(60);
  });

  test('few rows are inserted, for COPY asks before it sends', async () => {
    const { insert, statements } = createInsert();
    const { offerCopy, copied } = createCopy();
    const parts = { offerCopy, insert };
    await store(rowsOf(records(49)), parts, 2, deadline);
    await store(rowsOf(records(50)), parts, 2, deadline);
    expect(statements.map(({ length }) => length)).toEqual([49]);
    expect(copied.map(({ length }) => length)).toEqual([50]);
  });

  test('repeats of an id are inserted behind the first, which stays', async () => {
    const order: string[] = [];
    const list = [
      ...records(1000),
      record(notification({ id: uuid(7).toUpperCase(), title: 'again' }), { offset: 1000 }),
    ];
    const { offerCopy } = createCopy((rows) => order.push(`copy ${rows.length}`) > 0);
    const insert: InsertAll = async (rows) => {
      order.push(`insert ${rows.map((row) => row.at(-1))}`);
      return 0;
    };
    const parts = { offerCopy, insert };
    const { stored, inserted } = await store(rowsOf(list), parts, 2, deadline);
    expect(order).toEqual(['copy 500', 'copy 500', 'insert 1000']);
    expect([stored.length, inserted]).toEqual([1001, 1000]);
  });

  test('an error that an INSERT would meet too fails the chunk, with the rows that come after it', async () => {
    const { insert, statements } = createInsert();
    const copy: Copy = () => Promise.reject(outage);
    const flush = beginFlush(60, () => partsWith({ offerCopy: () => copy, insert }), 2, deadline);
    flush.add(rowsOf(records(30)));
    await Promise.resolve();
    flush.add(rowsOf(records(30, 30)));
    const { stored, failed, rejected } = await flush.end();
    expect([stored, rejected, failed.length]).toEqual([[], [], 60]);
    expect(failed.every(({ cause }) => cause === outage)).toBe(true);
    expect(statements).toEqual([]);
  });
});

test('the time that storing took is told', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  await vi.advanceTimersByTimeAsync(1000);
  const storing = store(
    rowsOf(records(2)),
    {
      offerCopy,
      insert: () => new Promise((resolve) => setTimeout(() => resolve(2), 250)),
    },
    2,
    deadline,
  );
  await vi.advanceTimersByTimeAsync(250);
  expect(await storing).toMatchObject({ inserted: 2, flushMs: 250 });
});

test('duplicates are stored but not counted as inserted [D1]', async () => {
  const { stored, inserted } = await store(
    rowsOf(records(10)),
    { offerCopy, insert: async () => 4 },
    2,
    deadline,
  );
  expect([stored.length, inserted]).toEqual([10, 4]);
});

test('a refused row costs only itself, and its refusal names SQLSTATE and constraint [D5]', async () => {
  const bad = new Set([uuid(3), uuid(17)]);
  const { insert } = createInsert((ids) => {
    if (ids.some((id) => bad.has(id))) throw refusal;
  });
  const { stored, inserted, rejected, failed } = await store(
    rowsOf(records(20)),
    { offerCopy, insert },
    2,
    deadline,
  );
  expect([stored.length, inserted, failed.length]).toEqual([18, 18, 0]);
  expect(rejected.map(({ record }) => record)).toMatchObject([{ offset: 3 }, { offset: 17 }]);
  expect(rejected[0]).toMatchObject({
    reason: 'rejected_by_postgres',
    message: 'refused by PostgreSQL: SQLSTATE 23514, constraint title_is_polite',
    details: { sqlstate: '23514', constraint: 'title_is_polite', issues: [] },
  });
});

test('rows that the insert names cost no other statement', async () => {
  const insert = vi.fn<TableParts['insert']>(async (rows) => {
    const refused = new Map([
      [3, { sqlstate: '22P02', constraint: null, columns: ['id', 'title'] }],
      [17, { sqlstate: '23514', constraint: 'title_is_polite', columns: [] }],
    ]);
    return { inserted: rows.length - 2, refused, again: [] };
  });
  const flush = beginFlush(
    20,
    () => ({ ...partsWith({ insert: async () => 0 }), insert }),
    1,
    deadline,
  );
  flush.add(rowsOf(records(20)));
  const { stored, inserted, rejected, failed } = await flush.end();
  expect(insert).toHaveBeenCalledOnce();
  expect([stored.length, inserted, failed]).toEqual([18, 18, []]);
  expect(rejected).toMatchObject([
    {
      record: { offset: 3 },
      message: 'refused by PostgreSQL: SQLSTATE 22P02, column id, column title',
      details: { sqlstate: '22P02', constraint: null },
    },
    { record: { offset: 17 }, details: { sqlstate: '23514', constraint: 'title_is_polite' } },
  ]);
});

describe('a chunk that is inserted', () => {
  const batch = rowsOf(records(2500));
  const refuseThird: TableParts['insert'] = async (rows) => {
    const refused = new Map([[3, { sqlstate: '23514', constraint: 'polite', columns: [] }]]);
    return { inserted: rows.length - 1, refused, again: [] };
  };

  test('begins while rows still come, and tells at once what is rejected', async () => {
    const sizes: number[] = [];
    const told: number[] = [];
    const first = Promise.withResolvers<void>();
    const insert: TableParts['insert'] = (rows, ...others) => {
      sizes.push(rows.length);
      return refuseThird(rows, ...others);
    };
    const flush = beginFlush(
      batch.length,
      () => ({ ...partsWith({ insert: async () => 0 }), insert }),
      1,
      deadline,
      (rejected) => {
        told.push(rejected.length);
        first.resolve();
      },
    );
    flush.add(batch.slice(0, 600));
    flush.add(batch.slice(600, 1200));
    await first.promise;
    expect([sizes, told]).toEqual([[1200], [1]]);
    flush.add(batch.slice(1200));
    const { stored, inserted, rejected } = await flush.end();
    expect([sizes, told]).toEqual([
      [1200, 1300],
      [1, 1],
    ]);
    expect([stored.length, inserted, rejected.length]).toEqual([2498, 2498, 2]);
  });

  test('rejects no row that a foreign key refuses where the deadline has ended the last try of the others (P4)', async () => {
    const refused = new StoreError('record', 'refused', '23503', 'of_the_same_table');
    const late = new DeadlineError('The time for the batch ran out.');
    const sizes: number[] = [];
    const insert: InsertAll = async (rows) => {
      sizes.push(rows.length);
      throw sizes.length === 7 ? late : refused;
    };
    const parentsOf = async () => ['notifications'];
    const flush = beginFlush(3, () => partsWith({ insert, parentsOf }), 1, deadline);
    flush.add(rowsOf(records(3)));
    const { stored, rejected, failed } = await flush.end();
    // All, and each alone; again all, one, and one that the deadline ends.
    expect(sizes).toEqual([3, 1, 1, 1, 3, 1, 1]);
    expect([stored, rejected, failed.length]).toEqual([[], [], 3]);
  });

  test.each([
    ['at once where no batch brings its parent', false, [1, 1]],
    ['when the batch has ended where its parent may come with it', true, []],
  ])('rejects a row that a foreign key refuses %s', async (_, mayBring, before) => {
    const told: number[] = [];
    const first = Promise.withResolvers<void>();
    const insert: TableParts['insert'] = async (rows) => {
      first.resolve();
      const refused = new Map([[3, { sqlstate: '23503', constraint: 'fk', columns: [] }]]);
      return { inserted: rows.length - 1, refused, again: [] };
    };
    const parts = { ...partsWith({ insert: async () => 0 }), insert };
    const flush = beginFlush(
      batch.length,
      () => ({
        ...parts,
        mayBringParent: async () => mayBring,
        parentsOf: async () => ['elsewhere'],
      }),
      1,
      deadline,
      (rejected) => told.push(rejected.length),
    );
    flush.add(batch.slice(0, 1200));
    await first.promise;
    flush.add(batch.slice(1200));
    const { stored, rejected, failed } = await flush.end();
    expect(told).toEqual(before);
    expect([stored.length, rejected.length, failed]).toEqual([2498, 2, []]);
  });

  test.each([
    ['a first piece', 'with those that come after it', 0, 1200],
    ['a last piece', 'by those that were stored before it', 1200, 2500],
  ])('%s of nothing but refused rows is judged %s (P3)', async (_piece, _how, from, to) => {
    const raised = new StoreError('deployment', 'refused by a trigger', 'P0001', null);
    const isBad = (row: Values) => Number(row[8]) >= from && Number(row[8]) < to;
    const first = Promise.withResolvers<void>();
    const insert: InsertAll = async (rows) => {
      first.resolve();
      if (rows.some(isBad)) throw raised;
      return rows.length;
    };
    const blame = async () => 'perhaps-record' as const;
    const flush = beginFlush(batch.length, () => partsWith({ insert, blame }), 1, deadline);
    flush.add(batch.slice(0, 1200));
    await first.promise;
    flush.add(batch.slice(1200));
    const { stored, rejected, failed } = await flush.end();
    expect([stored.length, rejected.length, failed]).toEqual([2500 - (to - from), to - from, []]);
  });

  test('where nothing at all can be stored, every row fails, and none is rejected (P4)', async () => {
    const gone = new StoreError('deployment', 'the table is not there', '42P01', null);
    const sizes: number[] = [];
    const begun = Promise.withResolvers<void>();
    const insert: InsertAll = async (rows) => {
      sizes.push(rows.length);
      begun.resolve();
      throw gone;
    };
    const flush = beginFlush(batch.length, () => partsWith({ insert }), 1, deadline);
    flush.add(batch.slice(0, 1200));
    await begun.promise;
    flush.add(batch.slice(1200));
    const { stored, rejected, failed } = await flush.end();
    expect([stored, rejected, failed.length]).toEqual([[], [], 2500]);
    expect(new Set(failed.map(({ cause }) => cause))).toEqual(new Set([gone]));
    // Each piece is tried as a whole, and a few of it alone.
    expect(sizes.filter((size) => size > 1)).toEqual([1200, 2500]);
  });

  test('tries no other piece once PostgreSQL is away', async () => {
    const begun = Promise.withResolvers<void>();
    const insert = vi.fn(async () => {
      begun.resolve();
      throw outage;
    });
    const flush = beginFlush(batch.length, () => partsWith({ insert }), 1, deadline);
    flush.add(batch.slice(0, 1200));
    await begun.promise;
    flush.add(batch.slice(1200));
    const { stored, rejected, failed } = await flush.end();
    expect([stored, rejected, failed.length]).toEqual([[], [], 2500]);
    expect(insert).toHaveBeenCalledOnce();
  });
});

test('a table that takes no row in time is given up after five alone, and then after one, until it takes one', async () => {
  const late = new StoreError('timeout', 'too slow', '57014', null);
  const sizes: number[] = [];
  let isLocked = true;
  const parts = partsWith({
    insert: async (rows) => {
      sizes.push(rows.length);
      if (isLocked) throw late;
      return rows.length;
    },
  });
  const flushOnce = async () => {
    const flush = beginFlush(40, () => parts, 1, deadline);
    flush.add(rowsOf(records(40)));
    const { stored, rejected, failed } = await flush.end();
    expect(failed.every(({ cause }) => cause === late)).toBe(true);
    return [stored.length, rejected.length, failed.length, ...sizes.splice(0)];
  };
  expect(await flushOnce()).toEqual([0, 0, 40, 40, 1, 1, 1, 1, 1]);
  expect(await flushOnce()).toEqual([0, 0, 40, 1]);
  isLocked = false;
  expect((await flushOnce())[0]).toBe(40);
  sizes.length = 0;
  isLocked = true;
  expect(await flushOnce()).toEqual([0, 0, 40, 1, 1, 1, 1, 1]);
});

test('what must be inserted again is, and what is never explained fails without an end', async () => {
  const sizes: number[] = [];
  const flushWith = async (again: (call: number) => readonly number[]) => {
    const insert = async (rows: readonly Values[]) => {
      sizes.push(rows.length);
      const left = again(sizes.length - 1);
      return { inserted: rows.length - left.length, refused: new Map(), again: left };
    };
    const parts = { ...partsWith({ insert: async () => 0 }), insert };
    const flush = beginFlush(3, () => parts, 1, deadline);
    flush.add(rowsOf(records(3)));
    return flush.end();
  };
  const { stored, inserted } = await flushWith((call) => (call === 0 ? [0, 2] : []));
  expect([stored.length, inserted, sizes]).toEqual([3, 3, [3, 2]]);
  const { failed } = await flushWith((call) => (call === 2 ? [1] : [0]));
  expect(failed).toMatchObject([{ record: { offset: 1 }, cause: { fault: 'deployment' } }]);
});

test('nothing is asked of PostgreSQL when no record is valid', async () => {
  const { insert, statements } = createInsert();
  expect(await store([], { offerCopy, insert }, 2, deadline)).toMatchObject({
    stored: [],
  });
  expect(statements).toEqual([]);
});

test.each([
  ['the deadline', new DeadlineError('The time for the batch ran out.')],
  ['an outage', outage],
  ['an open circuit', new CircuitOpenError('open')],
  ['a missing table', new StoreError('deployment', 'no table', '42P01', null)],
  ['wrong credentials', new StoreError('credentials', 'no entry', '28P01', null)],
])(
  '%s fails the rest of a chunk: nothing valid is rejected, nothing stored is repeated',
  async (_, error) => {
    let found = false;
    const { insert } = createInsert((ids) => {
      if (found) throw error;
      found = ids.length === 1 && ids[0] === uuid(40);
      if (ids.includes(uuid(40))) throw refusal;
    });
    const batch = rowsOf(records(100));
    const { stored, inserted, rejected, failed } = await store(
      batch,
      { offerCopy, insert },
      2,
      deadline,
    );
    const all = batch.map(({ record }) => record);
    expect(stored).toEqual(all.slice(0, 40));
    expect(inserted).toBe(40);
    expect(rejected.map(({ record }) => record)).toEqual([all[40]]);
    expect(failed.map(({ record }) => record)).toEqual(all.slice(41));
    expect(failed.every(({ cause }) => cause === error)).toBe(true);
  },
);

test.each([
  ['a TypeError', new TypeError(MARKER)],
  ['an error with a cause', new Error(MARKER, { cause: new Error(MARKER) })],
  ['a text', MARKER],
  ['null', null],
  ['undefined', undefined],
])(
  '%s that is thrown fails the rows as a fault of the deployment, and its text goes nowhere',
  async (_, thrown) => {
    const { insert } = createInsert(() => {
      throw thrown;
    });
    const { stored, inserted, rejected, failed } = await store(
      rowsOf(records(3)),
      { offerCopy, insert },
      2,
      deadline,
    );
    expect([stored, inserted, rejected]).toEqual([[], 0, []]);
    expect(failed).toHaveLength(3);
    for (const { cause } of failed) {
      expect(cause).toBeInstanceOf(StoreError);
      expect(cause).toMatchObject({
        message: 'The sink itself failed while it stored.',
        ...{ fault: 'deployment', code: null, retriable: false },
      });
      expect(`${cause.message} ${cause.stack} ${JSON.stringify(cause)}`).not.toContain(MARKER);
      expect(cause.cause).toBeUndefined();
    }
  },
);

describe('rows whose key is there already', () => {
  /** An insert that finds so many of the first rows there. */
  const insertBut =
    (there: number): InsertAll =>
    async (rows) =>
      rows.length - there;

  test('are asked about once, by the rows of their statement, and only where there are any', async () => {
    const asked: string[][] = [];
    const findConflicts = async (rows: readonly Values[]) => {
      asked.push(rows.map((row) => String(row[0])));
      return { others: [], missing: [] };
    };
    const parts = { offerCopy, findConflicts };
    const batch = rowsOf(shuffled([3, 1, 2]));
    for (const there of [0, 1]) {
      const flush = beginFlush(
        3,
        () => partsWith({ ...parts, insert: insertBut(there) }),
        1,
        deadline,
      );
      flush.add(batch);
      const { stored, inserted, conflicts } = await flush.end();
      expect([stored.length, inserted, conflicts]).toEqual([3, 3 - there, []]);
    }
    expect(asked).toEqual([batch.map(({ row: [id] }) => String(id)).toSorted()]);
  });

  test.each([
    ['ignore', { conflicts: [{ record: { offset: 0 }, rule: 'conflict' }], rejected: [] }],
    [
      'dead-letter',
      {
        conflicts: [],
        rejected: [
          {
            record: { offset: 0 },
            reason: 'key_conflict',
            message: 'another record with its key is in the table',
          },
        ],
      },
    ],
  ] as const)(
    'are no longer stored when they are of other records: %s',
    async (onConflict, expected) => {
      // The highest id comes first, so its row is the last of the statement.
      const batch = rowsOf(shuffled([3, 1, 2]));
      const parts = {
        onConflict,
        offerCopy,
        findConflicts: async () => ({ others: [2], missing: [] }),
      };
      const flush = beginFlush(3, () => partsWith({ ...parts, insert: insertBut(1) }), 1, deadline);
      flush.add(batch);
      const { stored, inserted, failed, ...others } = await flush.end();
      expect(stored.map(({ offset }) => offset)).toEqual([1, 2]);
      expect([inserted, failed]).toEqual([2, []]);
      expect(others).toMatchObject(expected);
    },
  );

  test('are asked for first while nothing else comes, and inserted as soon as one is missing', async () => {
    const steps: string[] = [];
    const missing: number[][] = [[], [], [1]];
    const findConflicts = async () => {
      steps.push('ask');
      return { others: [0], missing: missing.shift() ?? [] };
    };
    const insert: InsertAll = async (rows) => {
      steps.push('insert');
      return steps.length < 3 ? 0 : rows.length;
    };
    const parts = partsWith({ offerCopy, findConflicts, insert });
    const flushOnce = async () => {
      const flush = beginFlush(3, () => parts, 1, deadline);
      flush.add(rowsOf(records(3)));
      const { stored, inserted, conflicts } = await flush.end();
      return [steps.splice(0).join(), stored.length, inserted, conflicts.length];
    };
    expect(await flushOnce()).toEqual(['insert,ask', 2, 0, 1]);
    expect(await flushOnce()).toEqual(['ask', 2, 0, 1]);
    steps.push('', '');
    expect(await flushOnce()).toEqual([',,ask,insert', 3, 3, 0]);
    steps.push('', '', '');
    expect(await flushOnce()).toEqual([',,,insert', 3, 3, 0]);
  });

  test('fail when it must be known and PostgreSQL does not say', async () => {
    const batch = rowsOf(records(3));
    const findConflicts = () => Promise.reject(outage);
    const parts = partsWith({ offerCopy, findConflicts, insert: insertBut(1) });
    const flush = beginFlush(3, () => parts, 1, deadline);
    flush.add(batch);
    const { stored, failed } = await flush.end();
    expect([stored, failed.map(({ cause }) => cause)]).toEqual([[], [outage, outage, outage]]);
  });

  test('are found among those that stay when others are refused', async () => {
    const refused = new StoreError('record', 'refused', '23514', 'rule');
    const insert: InsertAll = async (rows) => {
      if (rows.some((row) => row.includes('bad'))) throw refused;
      return rows.length - 1;
    };
    const titles = ['bad', 'good', 'good', 'good'];
    const batch = rowsOf(
      titles.map((title, offset) => record(notification({ id: uuid(offset), title }), { offset })),
    );
    const findConflicts = async () => ({ others: [0], missing: [] });
    const flush = beginFlush(4, () => partsWith({ offerCopy, findConflicts, insert }), 1, deadline);
    flush.add(batch);
    const { stored, conflicts, rejected, failed } = await flush.end();
    expect(rejected).toMatchObject([{ record: { offset: 0 } }]);
    expect([...stored, ...conflicts.map(({ record }) => record)]).toHaveLength(3);
    expect(conflicts.map(({ record: { offset } }) => offset)).toContain(1);
    expect(failed).toEqual([]);
  });
});

describe('rows of several tables', () => {
  const other = { ...NOTIFICATIONS, name: ['other'] };
  const less = { ...NOTIFICATIONS, columns: NOTIFICATIONS.columns.slice(0, -1) };
  const into = (table: typeof NOTIFICATIONS, ...list: readonly unknown[]) =>
    rowsOf(list).map((one) => ({ ...one, table }));

  test('go by statements of their own, and the same key in two tables is no repeat', async () => {
    const statements: string[] = [];
    const partsOf = ({ name }: typeof NOTIFICATIONS) =>
      partsWith({
        insert: async (rows: readonly Values[]) => {
          statements.push(`${name} ${rows.length}`);
          return rows.length;
        },
      });
    const flush = beginFlush(8, partsOf, 2, deadline);
    flush.add([...into(NOTIFICATIONS, ...records(2)), ...into(other, ...records(2))]);
    flush.add(into(other, ...records(1, 2)));
    const { stored, inserted } = await flush.end();
    expect([stored.length, inserted]).toEqual([5, 5]);
    expect(statements.toSorted()).toEqual(['notifications 2', 'other 3']);
  });

  test('rows of one key that write other columns of one table wait for the first', async () => {
    const order: string[] = [];
    const partsOf = ({ columns }: typeof NOTIFICATIONS) =>
      partsWith({
        insert: async (rows: readonly Values[]) => {
          order.push(`${columns.length} begins`);
          await new Promise(setImmediate);
          order.push(`${columns.length} ends`);
          return rows.length;
        },
      });
    const flush = beginFlush(8, partsOf, 2, deadline);
    flush.add(into(NOTIFICATIONS, ...records(1)));
    flush.add(into(less, ...records(1)));
    expect((await flush.end()).stored).toHaveLength(2);
    const all = NOTIFICATIONS.columns.length;
    expect(order).toEqual([`${all} begins`, `${all} ends`, `${all - 1} begins`, `${all - 1} ends`]);
  });
});
