import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonb, rest, text, whole } from '../../src/definition/columns.ts';
import { key } from '../../src/definition/sources.ts';
import { decodeWith, sinkOf } from './support/decode.ts';

const LONE = 'holds a lone surrogate or U+0000, which PostgreSQL jsonb cannot store';

describe('rest()', () => {
  const sink = sinkOf({
    a: text().nullable(),
    email: text().from('customer.email').nullable(),
    first: text().from('items.0').nullable(),
    k: text().from(key('elsewhere')).nullable(),
    more: rest(),
  });
  const restOf = (json: string) => {
    const outcome = decodeWith(sink, json, { key: null });
    return typeof outcome === 'string' ? outcome : outcome.more;
  };

  test.each([
    ['what no column takes', '{"a":"x","b":1,"c":{"d":null}}', '{"b":1,"c":{"d":null}}'],
    ['nothing', '{}', '{}'],
    ['no field that a column takes', '{"a":"x"}', '{}'],
    ['what only the key has', '{"elsewhere":1}', '{"elsewhere":1}'],
    [
      'the other fields of an object',
      '{"customer":{"email":"x","name":"y"}}',
      '{"customer":{"name":"y"}}',
    ],
    ['not an object that loses its last field', '{"customer":{"email":"x"}}', '{}'],
    ['an object that was empty', '{"customer":{}}', '{"customer":{}}'],
    ['what is no object where one is taken from', '{"customer":null}', '{"customer":null}'],
    ['arrays as they are', '{"items":["x","y"]}', '{"items":["x","y"]}'],
    ['exact numbers', '{"n":9007199254740993,"m":1e400}', '{"n":9007199254740993,"m":1e400}'],
    ['__proto__ like any other', '{"__proto__":{"x":1},"b":1}', '{"__proto__":{"x":1},"b":1}'],
    ['the last of two', '{"b":1,"b":2}', '{"b":2}'],
  ])('gathers %s', (_, json, expected) => {
    expect(restOf(json)).toBe(expected);
  });

  test('rejects what jsonb cannot hold, or leaves those fields out', () => {
    const json = '{"b":"\\u0000","c":{"d":"\\ud800"},"e":1,"__proto__":2}';
    expect(restOf(json)).toBe(`invalid_value: b: ${LONE}`);
    expect(restOf('{"b":{"c":[1,"\\u0000"]}}')).toBe(`invalid_value: b.c.1: ${LONE}`);
    const omitting = sinkOf({ more: rest({ invalid: 'omit' }) });
    expect(decodeWith(omitting, json)).toEqual({ more: '{"e":1,"__proto__":2}' });
    expect(decodeWith(omitting, '{"b":"\\u0000"}')).toEqual({ more: '{}' });
    expect(decodeWith(omitting, '{"b":1}')).toEqual({ more: '{"b":1}' });
  });

  test('is NULL when nothing is left, if it may be', () => {
    const nullable = sinkOf({ a: text().nullable(), more: rest().nullable() });
    expect(decodeWith(nullable, '{"a":"x"}')).toEqual({ a: 'x', more: null });
    expect(decodeWith(nullable, '{"b":null}')).toEqual({ a: null, more: '{"b":null}' });
  });

  test('needs an object', () => {
    expect(restOf('[1]')).toBe('invalid_value: value: not a JSON object');
  });

  test('together with the columns it is the whole value', () => {
    const b = jsonb().nullable();
    const both = sinkOf({ b, c: jsonb().from('d.e').nullable(), more: rest() });
    const name = fc.constantFrom('b', 'd', 'e', '__proto__', 'x');
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.jsonValue({ maxDepth: 1 }), tie('object')),
      object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    })).object;
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        const outcome = decodeWith(both, text);
        // A field `d` that has no fields.
        if (typeof outcome === 'string') return;
        const { b: taken, c, more } = outcome;
        const again = JSON.parse(more ?? '');
        if (taken !== null) again.b = JSON.parse(taken ?? '');
        else if (Object.hasOwn(JSON.parse(text), 'b')) again.b = null;
        if (c !== null) {
          again.d ??= {};
          again.d.e = JSON.parse(c ?? '');
        } else if (Object.hasOwn(JSON.parse(text).d ?? {}, 'e')) {
          again.d ??= {};
          again.d.e = null;
        }
        expect(again).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('whole()', () => {
  const sink = sinkOf({ all: whole() });

  test.each(['{"a":9007199254740993}', '[1,null]', '"x"', '7', '1e400', 'true', 'null'])(
    'takes %s',
    (json) => {
      expect(decodeWith(sink, json)).toEqual({ all: json });
    },
  );

  test('takes null as NULL, if it may be', () => {
    expect(decodeWith(sinkOf({ all: whole().nullable() }), 'null')).toEqual({ all: null });
    expect(decodeWith(sinkOf({ all: whole().nullable() }), '0')).toEqual({ all: '0' });
  });

  test('rejects what jsonb cannot hold, and what is nested too deeply', () => {
    expect(decodeWith(sink, '["\\u0000"]')).toBe(`invalid_value: 0: ${LONE}`);
    expect(decodeWith(sink, '"\\u0000"')).toBe(`invalid_value: value: ${LONE}`);
    for (const number of ['', '1e400']) {
      const deep = `${'['.repeat(100_000)}${number}${']'.repeat(100_000)}`;
      expect(decodeWith(sink, deep)).toBe(
        'invalid_value: value: nested more than 2,000 levels deep',
      );
    }
  });

  test('leaves nothing out of rest()', () => {
    expect(decodeWith(sinkOf({ all: whole(), more: rest() }), '{"a":1}')).toEqual({
      ...{ all: '{"a":1}', more: '{"a":1}' },
    });
  });
});

test('sensitive() of both', () => {
  expect(sinkOf({ all: whole().sensitive(), more: rest().sensitive() }).sensitive).toMatchObject({
    ...{ columns: ['all', 'more'], fields: [[]], keys: [], headers: [], rest: true },
  });
});
