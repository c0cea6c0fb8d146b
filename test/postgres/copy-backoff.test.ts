import { expect, test, vi } from 'vitest';
import { createCopyBackoff } from '../../src/postgres/write/copy/copy-backoff.ts';
import { createFeed } from '../../src/postgres/write/copy/feed.ts';
import { StoreError } from '../../src/record/errors.ts';
import { DeadlineError, startDeadline } from '../../src/timing/deadline.ts';

const deadline = startDeadline(1);
const lines = createFeed<Buffer>();
const duplicate = new StoreError('record', 'there already', '23505', 'notifications_pkey');

const ROWS = 3;

/** A backoff whose copies end as `ends` says, one after the other, and how often it copied. */
function createRig(...ends: readonly (Error | null)[]) {
  let next = 0;
  const copy = vi.fn(async () => {
    const end = ends[Math.min(next, ends.length - 1)] ?? null;
    next += 1;
    if (end) throw end;
    return ROWS;
  });
  const { offer, decline } = createCopyBackoff(copy);
  return {
    copy,
    decline,
    /** `left out` where there is no offer. */
    store: async () => {
      const attempt = offer();
      return attempt ? await attempt(lines, deadline) : 'left out';
    },
  };
}

test('copies batch after batch while nothing is in the way', async () => {
  const { copy, store } = createRig(null);
  for (let batch = 0; batch < 5; batch += 1) expect(await store()).toBe(ROWS);
  expect(copy).toHaveBeenCalledTimes(5);
});

test('leaves out twice as many attempts after each refusal, at most 64', async () => {
  const { copy, store } = createRig(duplicate);
  const attempts: number[] = [];
  for (let batch = 0; batch < 300; batch += 1) {
    const before = copy.mock.calls.length;
    expect(await store()).not.toBe(ROWS);
    if (copy.mock.calls.length > before) attempts.push(batch);
  }
  expect(attempts).toEqual([0, 2, 5, 10, 19, 36, 69, 134, 199, 264]);
});

test('begins again after an attempt that succeeds', async () => {
  const { copy, store } = createRig(duplicate, duplicate, null, duplicate, null);
  const results: (number | string | null)[] = [];
  for (let batch = 0; batch < 8; batch += 1) results.push(await store());
  // Copied: 0 refused, 2 refused, 5 stored, 6 refused, so only one is left out.
  expect(results).toEqual([
    ...[null, 'left out', null, 'left out', 'left out'],
    ...[ROWS, null, 'left out'],
  ]);
  expect(await store()).toBe(ROWS);
  expect(copy).toHaveBeenCalledTimes(5);
});

test('counts what had to be done before a copy and has failed as a copy that failed', async () => {
  const { copy, store, decline } = createRig(null);
  decline();
  expect([await store(), await store()]).toEqual(['left out', ROWS]);
  decline();
  decline();
  expect([await store(), await store(), await store()]).toEqual(['left out', 'left out', ROWS]);
  expect(copy).toHaveBeenCalledTimes(2);
});

test('leaves what COPY cannot do, as with row-level security, to the insert', async () => {
  const { store } = createRig(new StoreError('deployment', 'not supported', '0A000', null));
  expect(await store()).toBe(null);
});

test.each([
  new StoreError('transient', 'away', '57P01', null),
  new StoreError('credentials', 'no entry', '28P01', null),
  new DeadlineError('The time for the batch ran out.'),
  new TypeError('a mistake'),
])('passes on what an insert would meet too: %s', async (error) => {
  const { copy, store } = createRig(error);
  await expect(store()).rejects.toBe(error);
  await expect(store()).rejects.toBe(error);
  expect(copy).toHaveBeenCalledTimes(2);
});
