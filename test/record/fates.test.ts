import { expect, test } from 'vitest';
import { coordinatesOf } from '../../src/record/coordinates.ts';
import { keyConflicts, reject } from '../../src/record/fates.ts';
import { memoryOf } from '../../src/record/record.ts';
import { sinkRecord } from '../support/records.ts';

test('a key conflict is counted whether it is passed over or dead-lettered, and nothing else is', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((offset) => sinkRecord('x', { offset }));
  if (!a || !b || !c || !d) throw new Error('no records');
  const conflicts = keyConflicts({
    passedOver: [
      { record: a, rule: 'conflict' },
      { record: b, rule: 'where' },
    ],
    deadLettered: [reject(c, 'key_conflict', ''), reject(d, 'invalid_json', '')],
  });
  expect(conflicts.map(({ record }) => record)).toEqual([a, c]);
});

test('coordinates are written the same everywhere, also of a record that is not whole', () => {
  const malformed = (raw: unknown) =>
    coordinatesOf({ malformed: 'why', partitionKey: 'a-1-2', raw, headers: [] });
  expect(coordinatesOf(sinkRecord('x', { topic: 'a-1', partition: 2, offset: 3 }))).toBe('a-1-2@3');
  expect(malformed({ offset: 3 })).toBe('a-1-2@3');
  expect([malformed({ offset: -1 }), malformed({}), malformed(null)]).toEqual(
    Array(3).fill('a-1-2@unknown'),
  );
});

test('the memory of a record grows with its key, value and headers', () => {
  const bare = memoryOf(sinkRecord(null, { key: null }));
  expect(bare).toBe(300);
  expect(memoryOf(sinkRecord(Buffer.alloc(7), { key: Buffer.alloc(5) }))).toBe(bare + 12);
  const headers = [
    { name: 'abc', value: Buffer.alloc(4) },
    { name: 'd', value: null },
  ];
  expect(memoryOf(sinkRecord(null, { key: null, headers }))).toBe(bare + 2 * 150 + 3 + 4 + 1);
});
