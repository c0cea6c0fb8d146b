import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diff, printDiff } from '../../src/dead-letter-tools/print/diff.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const print = (before: unknown, after: unknown, redact = false) =>
  printDiff(bytes(before), bytes(after), { redact });

test('names what was added, removed and changed, by its path', () => {
  expect(
    diff({ a: 1, b: { c: [1, 2] }, gone: null }, { a: 1, b: { c: [1, 3, 4] }, new: false }),
  ).toEqual([
    { kind: 'changed', path: ['b', 'c', 1], before: 2, after: 3 },
    { kind: 'added', path: ['b', 'c', 2], after: 4 },
    { kind: 'removed', path: ['gone'], before: null },
    { kind: 'added', path: ['new'], after: false },
  ]);
});

test('an object that became an array has changed as a whole', () => {
  expect(diff({ a: {} }, { a: [] })).toEqual([
    { kind: 'changed', path: ['a'], before: {}, after: [] },
  ]);
});

test('a field is not taken for one that every object inherits', () => {
  const value = JSON.parse('{"constructor":1,"__proto__":2}');
  expect(diff({}, value)).toEqual([
    { kind: 'added', path: ['constructor'], after: 1 },
    { kind: 'added', path: ['__proto__'], after: 2 },
  ]);
});

test('unequal values have differences, and equal values have none', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      const [one, other] = [before, after].map((value) => JSON.parse(JSON.stringify(value)));
      expect(diff(one, JSON.parse(JSON.stringify(one)))).toEqual([]);
      const differs = JSON.stringify(sorted(one)) !== JSON.stringify(sorted(other));
      expect(diff(one, other).length > 0).toBe(differs);
    }),
  );
});

/** With the fields of each object in one order, which is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([name, part]) => [name, sorted(part)]) };
}

test('prints a line for each difference', () => {
  expect(
    print(
      { userId: 'u1', title: 'Hi', tags: ['a', 'b'], 'odd name': 1 },
      { user_id: 'u1', title: 'Hello', tags: ['a', 'c'], 'odd name': 2 },
    ),
  ).toBe(
    [
      '- userId: "u1"',
      '~ title: "Hi" → "Hello"',
      '~ tags[1]: "b" → "c"',
      '~ ["odd name"]: 1 → 2',
      '+ user_id: "u1"',
    ].join('\n'),
  );
});

test('masks body, title and user id on request', () => {
  expect(
    print(
      { userId: 'secret', title: 'secret', data: { body: ['secret'] }, n: 1 },
      { user_id: 'secret', title: 'secret!', data: { body: ['secret', 'secret'] }, n: 2 },
      true,
    ),
  ).toBe(
    [
      '- userId: "[redacted: 6 characters]"',
      '~ title: "[redacted: 6 characters]" → "[redacted: 7 characters]"',
      '+ data.body[1]: "[redacted: 6 characters]"',
      '~ n: 1 → 2',
      '+ user_id: "[redacted: 6 characters]"',
    ].join('\n'),
  );
  expect(print(['secret'], ['secret too', { note: 'shown' }], true)).toBe(
    '~ [0]: "[redacted: 6 characters]" → "[redacted: 10 characters]"\n+ [1]: {"note":"shown"}',
  );
});

test('masks a text under each name that a transform moves it to or from', () => {
  expect(print({ text: 'secret', note: 'shown' }, { body: 'secret', note: 'too' }, true)).toBe(
    [
      '- text: "[redacted: 6 characters]"',
      '~ note: "shown" → "too"',
      '+ body: "[redacted: 6 characters]"',
    ].join('\n'),
  );
});

test.each([
  ['a tombstone', null, false, '- value: a tombstone'],
  ['text', Buffer.from('secret'), false, '- value: 6 bytes that are not JSON: secret'],
  ['text, redacted', Buffer.from('secret'), true, '- value: 6 bytes that are not JSON'],
  ['bytes', Buffer.from([0, 255]), false, '- value: 2 bytes that are not JSON'],
])('%s in the place of JSON', (_case, before, redact, removed) => {
  expect(printDiff(before, bytes({ n: 1 }), { redact })).toBe(`${removed}\n+ n: 1`);
});

test('JSON that became bytes', () => {
  expect(printDiff(bytes({ title: 'Hi' }), Buffer.from([0, 255]), { redact: true })).toBe(
    '- value: {"title":"[redacted: 2 characters]"}\n+ value: 2 bytes that are not JSON',
  );
});

test('long values are cut, and none can steer the terminal', () => {
  const [line = ''] = print({}, { text: `\u001b[2J\u202e${'x'.repeat(10_000)}` }).split('\n');
  expect(line.length).toBeLessThan(150);
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('a value that is deeper than JavaScript likes is compared all the same', () => {
  const deep = Buffer.from(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  expect(printDiff(deep, bytes({ a: 1 }), { redact: true })).toContain('~ a: ');
  expect(() => printDiff(deep, deep, { redact: false })).not.toThrow();
});
