import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { isolate } from '../../src/postgres/write/isolate.ts';

const REFUSED = { refused: true };

/** Isolates the offenders among the numbers below `count`, and keeps each chunk that was tried. */
async function run(count: number, offenders: ReadonlySet<number>) {
  const tried: number[][] = [];
  const accepted: number[][] = [];
  const items = Array.from({ length: count }, (_, index) => index);
  const result = await isolate(items, async (chunk) => {
    tried.push([...chunk]);
    if (chunk.some((item) => offenders.has(item))) return REFUSED;
    accepted.push([...chunk]);
    return null;
  });
  return { items, tried, accepted, result };
}

/**
 * Attempts at most. To find an offender in a chunk of at most n items, that chunk is tried, then parts of it, each of
 * which rules out at least a quarter of the rest (a half would, if chunks were halved): 1 + log n / log 4/3 + 1.
 * After it, chunks that double from one item reach the next offender, or the end, in 1 + log₂ n.
 */
function bound(count: number, offenders: number): number {
  const log = Math.log2(Math.max(1, count));
  return 1 + offenders * (3 + Math.ceil(log / Math.log2(4 / 3)) + Math.ceil(log));
}

/** Where the offenders are: spread, in clusters, everywhere. */
const cases = fc.integer({ min: 1, max: 600 }).chain((count) => {
  const index = fc.nat({ max: count - 1 });
  const cluster = fc
    .tuple(index, fc.integer({ min: 1, max: 40 }))
    .map(([first, length]) => Array.from({ length }, (_, i) => first + i).filter((i) => i < count));
  return fc.record({
    count: fc.constant(count),
    offenders: fc
      .oneof(
        fc.array(index, { maxLength: 5 }),
        fc.array(index, { maxLength: count, size: 'max' }),
        fc.array(cluster, { maxLength: 4 }).map((clusters) => clusters.flat()),
        fc.constant(Array.from({ length: count }, (_, i) => i)),
      )
      .map((list) => new Set(list)),
  });
});

test('exactly the offenders are found, in order, and all other items are done once', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ count, offenders }) => {
      const { items, accepted, result } = await run(count, offenders);
      expect(result.offenders.map(({ item }) => item)).toEqual(
        items.filter((item) => offenders.has(item)),
      );
      expect(result.done).toEqual(items.filter((item) => !offenders.has(item)));
      expect(accepted.flat()).toEqual(result.done);
      expect(result.offenders.every(({ refusal }) => refusal === REFUSED)).toBe(true);
      expect(result).not.toHaveProperty('error');
    }),
    { numRuns: 300 },
  );
});

test('the cost is O(k log n) attempts for k offenders among n items', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ count, offenders }) => {
      const { tried } = await run(count, offenders);
      expect(tried.length).toBeLessThanOrEqual(bound(count, offenders.size));
      expect(tried.every((chunk) => chunk.length > 0)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [0, 0, 0],
  [1, 0, 1],
  [10_000, 0, 1],
  [10_000, 1, 40],
  [10_000, 10, 250],
  [10_000, 100, 1500],
])('among %i items, %i spread offenders cost at most %i attempts', async (count, k, most) => {
  const offenders = new Set(
    Array.from({ length: k }, (_, i) => Math.floor(((i + 0.5) * count) / k)),
  );
  expect((await run(count, offenders)).tried.length).toBeLessThanOrEqual(most);
});

test('where every item offends, the cost is about one attempt an item', async () => {
  const { tried } = await run(1000, new Set(Array.from({ length: 1000 }, (_, i) => i)));
  expect(tried.length).toBeLessThanOrEqual(1000 + Math.ceil(Math.log2(1000)) + 1);
});

test('an error ends the work: what is done and found stays so, the rest is left', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.nat({ max: 40 }), async ({ count, offenders }, failing) => {
      const items = Array.from({ length: count }, (_, index) => index);
      const error = new Error('ended');
      let attempts = 0;
      const result = await isolate(items, async (chunk) => {
        attempts += 1;
        if (attempts > failing) throw error;
        return chunk.some((item) => offenders.has(item)) ? REFUSED : null;
      });
      const settled = [...result.done, ...result.offenders.map(({ item }) => item)].toSorted(
        (a, b) => a - b,
      );
      expect(settled).toEqual(items.slice(0, settled.length));
      expect(attempts).toBeLessThanOrEqual(failing + 1);
      if (attempts > failing) expect(result.error).toBe(error);
      else expect(settled).toEqual(items);
    }),
  );
});

test('a cause that has gone after one refusal leaves no offender', async () => {
  for (let count = 2; count <= 50; count += 1) {
    const items = Array.from({ length: count }, (_, index) => index);
    let attempts = 0;
    const result = await isolate(items, async () => {
      attempts += 1;
      return attempts === 1 ? REFUSED : null;
    });
    expect(result).toEqual({ done: items, offenders: [], rest: [] });
    expect(attempts).toBeLessThanOrEqual(bound(count, 1));
  }
});

test('a whole that was refused already is not tried again, unless it is a single item', async () => {
  for (const count of [1, 2, 3, 10]) {
    const tried: number[] = [];
    const items = Array.from({ length: count }, (_, index) => index);
    const attempt = async (chunk: readonly number[]) => {
      tried.push(chunk.length);
      return chunk.includes(0) ? REFUSED : null;
    };
    const { done, offenders } = await isolate(items, attempt, true);
    expect([done.length, offenders]).toEqual([count - 1, [{ item: 0, refusal: REFUSED }]]);
    expect(tried.filter((length) => length === count)).toHaveLength(count === 1 ? 1 : 0);
  }
});

test('a whole that was not tried yet is tried first', async () => {
  const attempt = vi.fn(async () => null);
  await isolate([1, 2, 3], attempt);
  expect(attempt.mock.calls).toEqual([[[1, 2, 3]]]);
});

test('it ends, with each item in one place, however the attempts contradict each other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 200 }),
      fc.infiniteStream(fc.boolean()),
      async (count, whims) => {
        const items = Array.from({ length: count }, (_, index) => index);
        const result = await isolate(items, async () => (whims.next().value ? REFUSED : null));
        const ends = [...result.done, ...result.offenders.map(({ item }) => item)];
        expect(ends.toSorted((a, b) => a - b)).toEqual(items);
      },
    ),
  );
});
