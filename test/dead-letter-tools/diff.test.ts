import fc from 'fast-check';
import { expect, test } from 'vitest';
import orders from '../../examples/orders/sink.config.ts';
import { diff, printDiff } from '../../src/dead-letter-tools/print/diff.ts';
import { type Redaction, redactionsOf } from '../../src/dead-letter-tools/print/redaction.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { SINKS } from '../support/notifications.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const recordOf = (value: Buffer | null) => ({ key: null, headers: [], value });
const print = (before: unknown, after: unknown, redaction: Redaction | null = null) =>
  printDiff(recordOf(bytes(before)), bytes(after), redaction);

const redact = redactionsOf({
  sinkOf: (topic) => (topic === 'orders' ? ORDERS : SINKS).sinkOf(topic),
});
const ORDERS = compileSinks(orders);
/** With rest(), so that only the e-mail address is masked. */
const ORDER = redact('orders');
/** Without, so that all that no column takes is masked too. */
const NOTIFICATION = redact('notifications');
const UNKNOWN = redact('payments');

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

test('masks what the definition says is sensitive, and shows the rest', () => {
  expect(
    print(
      { customer: { email: 'ada@example.com', id: 1 }, total: '1.00', items: [1], flag: true },
      { customer: { email: 'eve@example.com', id: 2 }, total: '2.00', items: [1, 2], flag: false },
      ORDER,
    ),
  ).toBe(
    [
      '~ customer.email: "[redacted: 15 characters]" → "[redacted: 15 characters]"',
      '~ customer.id: 1 → 2',
      '~ total: "1.00" → "2.00"',
      '+ items[1]: 2',
      '~ flag: true → false',
    ].join('\n'),
  );
});

test('masks fields that no column takes, and everything of a topic without a definition', () => {
  const [before, after] = [
    { userId: 'nobody', event_type: 'a', n: 1, b: true, data: { body: ['x'] } },
    { user_id: 'nobody', event_type: 'b', n: 2, b: false, data: { body: ['x', 'y'] } },
  ];
  const masked = [
    '- userId: "[redacted: 6 characters]"',
    '~ event_type: "a" → "b"',
    '~ n: "[redacted: number]" → "[redacted: number]"',
    '~ b: "[redacted: boolean]" → "[redacted: boolean]"',
    '+ data.body[1]: "[redacted: 1 characters]"',
    '+ user_id: "[redacted: 6 characters]"',
  ];
  expect(print(before, after, NOTIFICATION)).toBe(masked.join('\n'));
  masked[1] = '~ event_type: "[redacted: 1 characters]" → "[redacted: 1 characters]"';
  expect(print(before, after, UNKNOWN)).toBe(masked.join('\n'));
});

test('masks a text wherever a transform moves it to or from', () => {
  const email = 'Ada.Lovelace@example.com';
  expect(
    print(
      { mail: email, note: 'shown', number: 12345, contact: { of: [email] } },
      {
        ...{ customer: { email }, note: `write to ${email}`, first: 'lovelace', kind: 'ada' },
        ...{ lower: ' ada.lovelace@EXAMPLE.com', names: { [email]: 1 } },
      },
      ORDER,
    ),
  ).toBe(
    [
      '- mail: "[redacted: 24 characters]"',
      '~ note: "shown" → "[redacted: 33 characters]"',
      '- number: 12345',
      '- contact: {"of":["[redacted: 24 characters]"]}',
      '+ customer: {"email":"[redacted: 24 characters]"}',
      '+ first: "[redacted: 8 characters]"',
      '+ kind: "ada"',
      '+ lower: "[redacted: 25 characters]"',
      '+ names: {"Ada.Lovelace@example.com":1}',
    ].join('\n'),
  );
  expect(print({ user_id: 12345 }, { event_type: 12345, created_at: '#12345' }, NOTIFICATION)).toBe(
    [
      '- user_id: "[redacted: number]"',
      '+ event_type: "[redacted: number]"',
      '+ created_at: "[redacted: 6 characters]"',
    ].join('\n'),
  );
});

test('masks what a transform takes from the key, a header, or a value that is no JSON', () => {
  const record = {
    key: Buffer.from('{"orderId":7,"phone":"0123456789"}'),
    headers: [
      { name: 'tenant', value: Buffer.from('globex') },
      { name: 'token', value: Buffer.from('secret token') },
    ],
    value: Buffer.from('secret text'),
  };
  const after = { a: 7, b: '0123456789', c: 'globex', d: 'secret token', e: 'SECRET TEXT', f: 'f' };
  expect(printDiff(record, bytes(after), ORDER)).toBe(
    [
      '- value: 11 bytes that are not JSON',
      '+ a: 7',
      '+ b: "[redacted: 10 characters]"',
      '+ c: "globex"',
      '+ d: "[redacted: 12 characters]"',
      '+ e: "[redacted: 11 characters]"',
      '+ f: "f"',
    ].join('\n'),
  );
});

test('numbers keep their digits, and equal ones are equal', () => {
  const before = Buffer.from('{"a":9007199254740993,"b":[0.123456789012345678901]}');
  const after = Buffer.from('{"a":9007199254740992,"b":[0.123456789012345678901]}');
  expect(printDiff(recordOf(before), after, null)).toBe('~ a: 9007199254740993 → 9007199254740992');
});

test.each([
  ['a tombstone', null, false, '- value: a tombstone'],
  ['text', Buffer.from('secret'), false, '- value: 6 bytes that are not JSON: secret'],
  ['text, redacted', Buffer.from('secret'), true, '- value: 6 bytes that are not JSON'],
  ['bytes', Buffer.from([0, 255]), false, '- value: 2 bytes that are not JSON'],
])('%s in the place of JSON', (_case, before, redacted, removed) => {
  expect(printDiff(recordOf(before), bytes({ n: 1 }), redacted ? ORDER : null)).toBe(
    `${removed}\n+ n: 1`,
  );
});

test('JSON that became bytes', () => {
  expect(printDiff(recordOf(bytes({ title: 'Hi' })), Buffer.from([0, 255]), NOTIFICATION)).toBe(
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
  expect(printDiff(recordOf(deep), bytes({ a: 1 }), ORDER)).toContain('~ a: ');
  expect(() => printDiff(recordOf(deep), deep, null)).not.toThrow();
});
