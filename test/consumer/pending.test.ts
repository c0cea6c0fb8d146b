import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pending } from '../../src/consumer/pending.ts';
import { sinkRecord as record } from '../support/records.ts';

/** Steps between offsets, most of them one; and which of the records leave, in any order. */
const scripts = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 50 })))
  .chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      leaving: fc.array(fc.nat({ max: Math.max(0, steps.length - 1) })),
    }),
  );

test('it knows the same records as a map would, whatever is left out and in whatever order they leave', () => {
  fc.assert(
    fc.property(scripts, ({ steps, leaving }) => {
      const pending = new Pending();
      const model = new Map<number, unknown>();
      let offset = 7;
      const records = steps.map((step) => {
        offset += step;
        return record('x', { offset });
      });
      for (const one of records) {
        pending.add(one);
        model.set(one.offset, one);
      }
      for (const index of leaving) {
        const one = records[index];
        if (!one) continue;
        expect(pending.delete(one)).toBe(model.delete(one.offset));
        expect(pending.has(one)).toBe(false);
        expect(pending.first).toBe([...model.keys()][0]);
        expect(pending.size).toBe(model.size);
      }
      expect([...pending]).toEqual([...model.values()]);
      for (const one of records) expect(pending.has(one)).toBe(model.has(one.offset));
    }),
  );
});

test('another record at the same offset is not the one that is pending', () => {
  const pending = new Pending();
  pending.add(record('x', { offset: 5 }));
  const other = record('x', { offset: 5 });
  expect(pending.has(other)).toBe(false);
  expect(pending.delete(other)).toBe(false);
  expect(pending.size).toBe(1);
});

test('many thousands that leave from the front, but for the first, are found all the same', () => {
  const pending = new Pending();
  const records = Array.from({ length: 5000 }, (_, index) => record('x', { offset: index * 2 }));
  for (const one of records) pending.add(one);
  for (const one of records.slice(1, 4000)) expect(pending.delete(one)).toBe(true);
  expect(pending.first).toBe(0);
  expect(pending.delete(records[0] as never)).toBe(true);
  expect(pending.first).toBe(8000);
  expect(pending.has(records[4999] as never)).toBe(true);
  expect(pending.has(record('x', { offset: 7999 }))).toBe(false);
});
