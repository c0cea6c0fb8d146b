import { describe, expect, test } from 'vitest';
import {
  bigint,
  integer,
  json,
  jsonb,
  numeric,
  text,
  timestamptz,
  uuid,
} from '../../src/definition/columns.ts';
import { compile } from '../../src/definition/compile.ts';
import { sinkRecord } from '../support/records.ts';
import { decodeWith, outcomeOf, sinkOf } from './support/decode.ts';

test('a method returns another column', () => {
  const plain = text();
  expect(plain.nullable().spec).toEqual({ type: 'text', nullable: true });
  expect(plain.from('a').sensitive().dbDefault().array().array().spec).toEqual({
    ...{ type: 'text', from: 'a', sensitive: true, dbDefault: true, array: 2 },
  });
  expect(plain.spec).toEqual({ type: 'text' });
  expect(Object.isFrozen(plain) && Object.isFrozen(plain.spec)).toBe(true);
});

describe('absent and null', () => {
  const both = (column: Parameters<typeof outcomeOf>[0]) => [
    outcomeOf(column, undefined),
    outcomeOf(column, 'null'),
  ];

  test('nullable() takes both as NULL', () => {
    expect(both(text().nullable())).toEqual([null, null]);
    expect(both(jsonb().nullable())).toEqual([null, null]);
    expect(outcomeOf(text().nullable(), '1')).toBe('! not a string');
  });

  test('without it, null is a value of json and jsonb alone', () => {
    expect(both(text())).toEqual(['! missing', '! null, and the column is not nullable']);
    expect(both(jsonb())).toEqual(['! missing', 'null']);
    expect(both(json())).toEqual(['! missing', 'null']);
  });

  test('default() takes the place of both, and of absent alone in a nullable column', () => {
    expect(both(integer().default(7))).toEqual(['7', '7']);
    expect(both(integer().default(7).nullable())).toEqual(['7', null]);
    expect(both(jsonb().default({ a: [1] }))).toEqual(['{"a":[1]}', '{"a":[1]}']);
    expect(both(json().default([1]))).toEqual(['[1]', '[1]']);
    expect(both(text().array().default(['a']))).toEqual(['{"a"}', '{"a"}']);
    expect(both(text().default(''))).toEqual(['', '']);
    expect(outcomeOf(integer().default(7), '"x"')).toBe('! not a whole number');
  });
});

describe('dbDefault()', () => {
  const sink = compile({
    topic: 't',
    table: 'shop.t',
    key: ['a', 'b'],
    columns: {
      x: text().dbDefault(),
      a: text(),
      y: text().nullable().dbDefault(),
      b: text(),
    },
  });
  const decoded = (value: unknown) => {
    const result = sink.decode(sinkRecord(value));
    if (!('row' in result)) throw new Error(JSON.stringify(result));
    return result;
  };

  test('leaves the column out of the table that the row is for', () => {
    const whole = decoded({ x: '1', a: '2', y: '3', b: '4' });
    expect(whole.table).toBe(sink.table);
    expect(whole.row).toEqual(['1', '2', '3', '4']);
    const { table, row } = decoded({ a: '2', y: null, b: '4' });
    expect(row).toEqual(['2', null, '4']);
    expect(table).toEqual({
      name: ['shop', 't'],
      key: [0, 2],
      onConflict: 'ignore',
      columns: [
        { name: 'a', type: 'text', nullable: false },
        { name: 'y', type: 'text', nullable: true },
        { name: 'b', type: 'text', nullable: false },
      ],
    });
    expect(decoded({ a: '2', b: '4' }).table).not.toBe(table);
  });

  test('rows that leave the same columns out are for the same table', () => {
    const left = (n: number) => decoded({ a: `${n}`, b: '4', y: 'y' }).table;
    expect(left(1)).toBe(left(2));
  });

  test('null is none', () => {
    expect(decodeWith(sink, { x: null, a: '2', b: '4' })).toBe(
      'invalid_value: x: null, and the column is not nullable',
    );
  });
});

describe('transform()', () => {
  test('gets exact values, and what it returns is checked', () => {
    const seen: unknown[] = [];
    const watch = (value: unknown) => {
      seen.push(value);
      return value;
    };
    const columns = { n: numeric().transform(watch), j: jsonb().transform(watch) };
    const json = '{"n":0.300000000000000001,"j":[1,9007199254740993,{"__proto__":1e400}]}';
    expect(decodeWith(sinkOf(columns), json)).toEqual({
      n: '0.300000000000000001',
      j: '[1,"9007199254740993",{"__proto__":"1e400"}]',
    });
    expect(seen[0]).toBe('0.300000000000000001');
    expect(Object.hasOwn((seen[1] as object[])[2] as object, '__proto__')).toBe(true);
  });

  test.each([
    ['text', () => 'b', text(), 'b'],
    ['another type', () => 7, text(), '! not a string'],
    ['a bigint', () => 2n ** 62n, bigint(), String(2n ** 62n)],
    ['undefined', () => undefined, text(), '! missing'],
    ['undefined for a default', () => undefined, text().default('d'), 'd'],
    ['null', () => null, text(), '! null, and the column is not nullable'],
    ['null for NULL', () => null, text().nullable(), null],
    ['JSON for json', () => ({ a: 1 }), json(), '{"a":1}'],
    ['what is not JSON', () => ({ a: 1n }), jsonb(), '! not JSON'],
    ['a function', () => () => 1, jsonb(), '! not JSON'],
    ['NaN, which JSON.stringify writes as null', () => [Number.NaN], jsonb(), '! not JSON'],
    ['Infinity for json', () => Number.POSITIVE_INFINITY, json(), '! not JSON'],
    [
      'a Map, which JSON.stringify writes as {}',
      () => ({ a: new Map([[1, 2]]) }),
      jsonb(),
      '! not JSON',
    ],
    ['an array with a hole', () => new Array(2), jsonb(), '! not JSON'],
    ['bytes', () => Buffer.from('a').subarray(), text(), '! not a string'],
    ['a field that is undefined', () => ({ a: 1, b: undefined }), jsonb(), '{"a":1}'],
    [
      'a date, which says itself what it is',
      () => new Date(0),
      jsonb(),
      '"1970-01-01T00:00:00.000Z"',
    ],
  ])('that returns %s', (_, change, column, expected) => {
    expect(outcomeOf(column.transform(change), '"a"')).toBe(expected);
  });

  test('never sees absent or null, and what it throws is an issue that quotes nothing', () => {
    const fail = () => {
      throw new RangeError('MARKER');
    };
    expect(outcomeOf(text().transform(fail), '"a"')).toBe('! transform threw RangeError');
    expect(outcomeOf(text().transform(fail), 'null')).toBe(
      '! null, and the column is not nullable',
    );
    expect(outcomeOf(text().transform(fail), undefined)).toBe('! missing');
    expect(outcomeOf(jsonb().transform(fail), 'null')).toBe('null');
    expect(outcomeOf(text().nullable().transform(fail), 'null')).toBe(null);
    expect(outcomeOf(text().default('d').transform(fail), undefined)).toBe('d');
  });

  test('must not be asynchronous', () => {
    for (const change of [async () => 'a', () => Promise.reject(new Error('x'))])
      expect(() => outcomeOf(text().transform(change), '"a"')).toThrow(
        'transform of a column of type text must not be a promise',
      );
  });
});

test('sensitive() names what must be masked, and what the other columns take may be shown', () => {
  const sink = sinkOf({
    email: text().from('customer.email').sensitive(),
    note: text(),
    secret: text().sensitive(),
    at: timestamptz().nullable(),
    u: uuid().nullable(),
  });
  expect(sink.sensitive).toEqual({
    columns: ['email', 'secret'],
    fields: [['customer', 'email'], ['secret']],
    keys: [],
    headers: [],
    rest: false,
    shown: { fields: [['note'], ['at'], ['u']], keys: [], headers: ['id'], rest: false },
  });
});
