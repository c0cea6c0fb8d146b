import fc from 'fast-check';
import { expect, test } from 'vitest';
import definition from '../../examples/orders/sink.config.ts';
import { tokensOf } from '../../src/dead-letter-tools/print/json-tokens.ts';
import { maskJson, ruleAt } from '../../src/dead-letter-tools/print/mask-json.ts';
import {
  MASK_ALL,
  type Rule,
  redactionsOf,
  SHOW_ALL,
} from '../../src/dead-letter-tools/print/redaction.ts';
import { compileSinks } from '../../src/definition/sinks.ts';

const maskText = (json: string, rule: Rule) => maskJson(tokensOf(json), rule).join('');
const masked = (value: unknown, rule: Rule) => JSON.parse(maskText(JSON.stringify(value), rule));

const HIDDEN = '[redacted: 6 characters]';
const ORDERS = compileSinks(definition);
const RULE = redactionsOf(ORDERS)('orders').value;

test('a field that a sensitive column takes is masked, and those of other columns and rest() are shown', () => {
  expect(
    masked(
      {
        customer: { email: 'secret', name: 'Ada', more: [1, { email: 'x' }] },
        ...{ total: '0.10', items: [[], {}, { sku: 'a' }], note: null, unknown: { email: 'y' } },
      },
      RULE,
    ),
  ).toEqual({
    customer: { email: HIDDEN, name: 'Ada', more: [1, { email: 'x' }] },
    ...{ total: '0.10', items: [[], {}, { sku: 'a' }], note: null, unknown: { email: 'y' } },
  });
});

test.each([
  [
    'a text where its object must be',
    '{"customer":"secret"}',
    '{"customer":"[redacted: 6 characters]"}',
  ],
  [
    'an array where its object must be',
    '{"customer":[{"email":"secret"}]}',
    '{"customer":"[redacted: array]"}',
  ],
  [
    'an object where it must be',
    '{"customer":{"email":{"a":"secret"}}}',
    '{"customer":{"email":"[redacted: object]"}}',
  ],
  [
    'two fields of one name',
    '{"customer":{"email":"secret","email":1}}',
    `{"customer":{"email":"${HIDDEN}","email":"[redacted: number]"}}`,
  ],
  [
    'a name in escapes',
    '{"custome\\u0072":{"email":"secret"}}',
    `{"custome\\u0072":{"email":"${HIDDEN}"}}`,
  ],
  ['an array around all', '[{"customer":{"email":"secret"}}]', '"[redacted: array]"'],
])('a sensitive field is masked in %s', (_, json, text) => {
  expect(maskText(json, RULE)).toBe(text);
});

test('without rest(), a field that no column takes is masked: it may be a sensitive one by a wrong name', () => {
  const rule = { masked: [['user_id']], shown: [['kind'], ['a', 'b']], rest: false };
  expect(
    masked(
      { user_id: 1, userId: 'secret', kind: ['k', { l: 1 }], a: { b: 1, c: 'secret' }, z: [1] },
      rule,
    ),
  ).toEqual({
    ...{ user_id: '[redacted: number]', userId: HIDDEN, kind: ['k', { l: 1 }] },
    ...{ a: { b: 1, c: HIDDEN }, z: '[redacted: array]' },
  });
});

test('a sensitive element of an array is masked, and no other', () => {
  const rule = { masked: [['list', '1', 'name']], shown: [[]], rest: false };
  const list = [{ name: 'a' }, { name: 'secret', id: 1 }, { name: 'c' }];
  expect(masked({ list }, rule)).toEqual({
    list: [{ name: 'a' }, { name: HIDDEN, id: 1 }, { name: 'c' }],
  });
});

test('a column within a sensitive one is masked too', () => {
  expect(masked({ a: { b: 1 } }, { masked: [['a']], shown: [['a', 'b'], []], rest: true })).toEqual(
    {
      a: '[redacted: object]',
    },
  );
});

test('keys and headers go by the definition, and another topic shows nothing', () => {
  const { key, header } = redactionsOf(ORDERS)('orders');
  expect(masked({ orderId: 7, other: 'secret' }, key)).toEqual({ orderId: 7, other: HIDDEN });
  expect([header('tenant'), header('trace')]).toEqual([SHOW_ALL, MASK_ALL]);
  for (const topic of ['payments', 'orders-2', null]) {
    const other = redactionsOf(ORDERS)(topic);
    expect([other.value, other.key, other.header('tenant')]).toEqual([
      MASK_ALL,
      MASK_ALL,
      MASK_ALL,
    ]);
  }
  const pattern = compileSinks({ ...definition, topic: /orders-\d/ });
  expect(redactionsOf(pattern)('orders-2').value).toEqual(RULE);
});

test('the rule for a path masks what the whole would', () => {
  const rule = {
    masked: [['list', '1', 'name'], ['a']],
    shown: [['list'], ['b', 'c']],
    rest: false,
  };
  const value = {
    list: [{ name: 'x' }, { name: 'secret', id: 1 }],
    a: { b: 1 },
    b: { c: 'y', d: 2 },
  };
  const whole = masked(value, rule);
  const at = (root: unknown, path: readonly (string | number)[]) =>
    path.reduce((from, name) => (from as Record<string | number, unknown>)[name], root);
  for (const path of [['list'], ['list', 0], ['list', 1], ['list', 1, 'id'], ['b'], ['b', 'c']])
    expect(masked(at(value, path), ruleAt(rule, path))).toEqual(at(whole, path));
  for (const path of [['list', 1, 'name'], ['a'], ['a', 'b'], ['a', 'b', 0], ['b', 'd'], ['c']])
    expect(masked('secret', ruleAt(rule, path))).toBe(HIDDEN);
});

test('what is shown in whole stays as it is, and masked JSON is JSON', () => {
  const name = fc.constantFrom('a', 'b', '0', '1', '__proto__');
  const path = fc.array(name, { maxLength: 3 });
  const paths = fc.array(path, { maxLength: 4 });
  const json = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constant('S3CRET'),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(name, tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(json, paths, paths, fc.boolean(), (value, hidden, shown, rest) => {
      const text = JSON.stringify(value);
      expect(maskText(text, SHOW_ALL)).toBe(text);
      expect(maskText(text, MASK_ALL)).not.toContain('S3CRET');
      const redacted = JSON.parse(maskText(text, { masked: hidden, shown, rest }));
      for (const one of hidden) {
        const left = one.reduce<unknown>(
          (at, step) =>
            Object.hasOwn(Object(at), step) ? (at as Record<string, unknown>)[step] : null,
          redacted,
        );
        expect(JSON.stringify(left)).not.toContain('S3CRET');
      }
    }),
  );
});
