import { describe, expect, test } from 'vitest';
import {
  bigint,
  boolean,
  bytea,
  integer,
  json,
  jsonb,
  numeric,
  real,
  text,
  timestamp,
  timestamptz,
  uuid,
  varchar,
} from '../../src/definition/columns.ts';
import { meta } from '../../src/definition/meta.ts';
import { recordId } from '../../src/definition/record-id.ts';
import { header, key } from '../../src/definition/sources.ts';
import { ORIGIN_HEADER, PUT_BACK_HEADER } from '../../src/record/origin.ts';
import { decodeWith, sinkOf } from './support/decode.ts';

const headers = (...pairs: readonly (readonly [string, string | Buffer | null])[]) => ({
  headers: pairs.map(([name, value]) => ({
    name,
    value: value === null ? null : Buffer.from(value),
  })),
});
const BYTES = Buffer.from([0xff, 0x00]);

describe('fields', () => {
  test('are those of the columns names, in one way or the other', () => {
    const columns = { tenant_id: text(), a: text(), _x_y_z: text(), é_ö: text() };
    const same = { tenant_id: '1', a: '2', _x_y_z: '3', é_ö: '4' };
    expect(decodeWith(sinkOf(columns), same)).toEqual(same);
    const camel = { tenantId: '1', a: '2', _xYZ: '3', éÖ: '4' };
    expect(decodeWith(sinkOf(columns, { fields: 'camelCase' }), camel)).toEqual(same);
  });

  test.each([
    [{ tenantId: '1' }, 'tenant_id', 'missing; there is tenantId'],
    [{ TENANT_ID: '1' }, 'tenant_id', 'missing; there is TENANT_ID'],
    [{ 'tenant-id': '1' }, 'tenant_id', 'missing; there is tenant-id'],
    [{ a: { TenantId: '1' } }, 'a.tenant_id', 'missing; there is TenantId'],
    [{ a: { tenant: '1' }, tenant_id: '2' }, 'a.tenant_id', 'missing'],
    [{ a: ['x'] }, 'a.1', 'missing'],
    [{ a: null }, 'a.tenant_id', 'missing'],
  ])('a missing one is named as it would be by other capitals: %j', (value, path, message) => {
    const sink = sinkOf({ c: text().from(path) });
    expect(decodeWith(sink, value)).toBe(`invalid_value: ${path}: ${message}`);
  });

  test.each([
    ['within another', 'a.b', '{"a":{"b":"x"}}', 'x'],
    ['of a name with a dot', ['a.b', 'c'], '{"a.b":{"c":"x"},"a":{"b":"y"}}', 'x'],
    ['of an array', 'a.1.b', '{"a":[{"b":"x"},{"b":"y"}]}', 'y'],
    ['with digits for a name', 'a.1', '{"a":{"1":"x"}}', 'x'],
    ['that is null on the way', 'a.b.c', '{"a":{"b":null}}', null],
    ['that is absent on the way', 'a.b.c', '{"a":{}}', null],
    ['beyond the end of an array', 'a.2', '{"a":["x"]}', null],
    ['that an object has from elsewhere', 'a.toString', '{"a":{}}', null],
    ['that the value has from elsewhere', 'constructor', '{}', null],
    ['of that name', 'constructor', '{"constructor":"x"}', 'x'],
    ['__proto__, which is none', '__proto__', '{}', null],
    ['__proto__', '__proto__', '{"__proto__":"x"}', 'x'],
    ['within __proto__', '__proto__.a', '{"__proto__":{"a":"x"}}', 'x'],
    ['of a prototype that is a field', 'a', '{"__proto__":{"a":"x"}}', null],
    ['that is there twice: the last', 'a', '{"a":"x","a":"y"}', 'y'],
  ])('%s', (_, path, json, expected) => {
    const sink = sinkOf({ c: text().from(path).nullable() });
    expect(decodeWith(sink, json)).toEqual({ c: expected });
  });

  test.each([
    ['a.b', '{"a":"text"}', 'a: not an object'],
    ['a.b', '{"a":12345678901234567890}', 'a: not an object'],
    ['a.0.b', '{"a":[true]}', 'a.0: not an object'],
    ['a.b', '{"a":[]}', 'a: not an object'],
    ['a.01', '{"a":["x"]}', 'a: not an object'],
    ['a.b', '{"a":{"b":1}}', 'a.b: not a string'],
    ['a.b', '[]', 'value: not a JSON object'],
    ['a.b', 'null', 'value: not a JSON object'],
    ['a.b', '1e400', 'value: not a JSON object'],
    ['a.b', '{"a":{}}', 'a.b: missing'],
  ])('%s of %s is an issue', (path, json, message) => {
    const sink = sinkOf({ c: text().from(path), n: numeric().nullable() });
    expect(decodeWith(sink, json)).toBe(`invalid_value: ${message}`);
  });

  test('json keeps the text that was sent, at any path', () => {
    const sink = sinkOf({ c: json().from('a.1.b'), d: json().from(['x y', '__proto__']) });
    const value =
      '\n{ "a" : [ "[,{\\"" , {"b":0, "c":"}", "b" : { "n":1.00 } } ,3] , "x\\u0020y": {"__proto__": [ ] }, "x":"\\\\" }';
    expect(decodeWith(sink, value)).toEqual({ c: '{ "n":1.00 }', d: '[ ]' });
  });
});

describe('the key', () => {
  test('is text, bytes or JSON, as the column is', () => {
    const sink = sinkOf({
      t: text().from(key()).nullable(),
      b: bytea().from(key()),
      n: bigint().from(key()).nullable(),
    });
    const record = (bytes: Buffer | null) => decodeWith(sink, '{}', { key: bytes });
    expect(record(Buffer.from('12'))).toEqual({ t: '12', b: '\\x3132', n: '12' });
    expect(record(Buffer.from('x'))).toBe('invalid_value: key: not a whole number');
    expect(record(BYTES)).toBe('invalid_value: key: not UTF-8; key: not UTF-8');
    expect(record(null)).toBe('invalid_value: key: missing');
    expect(decodeWith(sinkOf({ b: bytea().from(key()) }), '{}', { key: BYTES })).toEqual({
      b: '\\xff00',
    });
  });

  test('is read as JSON along a path, once and without losing a digit', () => {
    const sink = sinkOf({
      oid: bigint().from(key('id')),
      tenant: text().from(key('a.tenant')).nullable(),
      all: jsonb().from(key()),
      raw: json().from(key()),
      part: json().from(key('a')).nullable(),
    });
    const record = (json: string | null) =>
      decodeWith(sink, '{}', { key: json === null ? null : Buffer.from(json) });
    expect(record(' {"id":9007199254740993,"a": {"tenant":"x" }}')).toEqual({
      oid: '9007199254740993',
      tenant: 'x',
      all: '{"id":9007199254740993,"a":{"tenant":"x"}}',
      raw: '{"id":9007199254740993,"a": {"tenant":"x" }}',
      part: '{"tenant":"x" }',
    });
    expect(record('{"id":1,"a":2}')).toBe('invalid_value: key(a): not an object');
    expect(record('{"a":null}')).toBe('invalid_value: key(id): missing');
    expect(record('7')).toBe(
      'invalid_value: key: not a JSON object; key: not a JSON object; key: not a JSON object',
    );
    const issues = (message: string) =>
      `invalid_value: ${Array(5).fill(`key: ${message}`).join('; ')}`;
    expect(record('{')).toBe(issues('not JSON'));
    expect(record('null')).toBe('invalid_value: key(id): missing');
    expect(record(null)).toBe('invalid_value: key(id): missing; key: missing; key: missing');
  });
});

describe('a header', () => {
  test('is the last one of its name, as text, bytes or JSON', () => {
    const sink = sinkOf({
      t: text().from(header('h')).nullable(),
      b: bytea().from(header('h')).nullable(),
      v: varchar({ length: 3 }).from(header('other')).nullable(),
    });
    expect(decodeWith(sink, '{}', headers(['h', 'x'], ['H', 'z'], ['h', 'y']))).toEqual({
      t: 'y',
      b: '\\x79',
      v: null,
    });
    expect(decodeWith(sink, '{}', headers(['h', 'x'], ['h', null]))).toEqual({
      ...{ t: null, b: null, v: null },
    });
    expect(decodeWith(sink, '{}', headers(['h', BYTES]))).toBe(
      'invalid_value: header(h): not UTF-8',
    );
    expect(decodeWith(sink, '{}', headers(['h', ''], ['other', 'long']))).toBe(
      'invalid_value: header(other): longer than 3 characters',
    );
  });

  test('has no JSON type: what its text says is taken', () => {
    const sink = sinkOf({
      flag: boolean().from(header('flag')),
      n: integer().from(header('n')),
      d: numeric().from(header('d')),
      r: real().from(header('r')),
      at: timestamptz({ epoch: 'ms' }).from(header('at')),
      j: jsonb().from(header('j')),
      raw: json().from(header('j')),
      tags: text().array().from(header('tags')),
    });
    const sent = headers(
      ['flag', 'true'],
      ['n', '007'],
      ['d', '0.30000000000000004'],
      ['r', '1.5'],
      ['at', '0'],
      ['j', ' {"a": 12345678901234567890}'],
      ['tags', '["a"]'],
    );
    expect(decodeWith(sink, '{}', sent)).toEqual({
      ...{ flag: 'true', n: '7', d: '0.30000000000000004', r: '1.5' },
      ...{ at: '1970-01-01T00:00:00Z', j: '{"a":12345678901234567890}' },
      ...{ raw: '{"a": 12345678901234567890}', tags: '{"a"}' },
    });
    const broken = headers(...sent.headers.map(({ name }) => [name, '{'] as const));
    expect(decodeWith(sink, '{}', broken)).toBe(
      'invalid_value: header(flag): not true or false; header(n): not a whole number; header(d): not a number; header(r): not a number; header(at): not a number of milliseconds since 1970; header(j): not JSON; header(j): not JSON; header(tags): not JSON',
    );
  });
});

describe('what Kafka says of a record', () => {
  const place = { topic: 'o-1', partition: 3, offset: 42, timestamp: 1_761_127_200_123 };

  test('makes columns of its types', () => {
    const { recordId: id, ...others } = meta;
    const sink = sinkOf({ ...others, rid: id });
    expect(decodeWith(sink, '7', place)).toEqual({
      ...{ topic: 'o-1', partition: '3', offset: '42', timestampType: 'CREATE_TIME' },
      ...{ timestamp: '2025-10-22T10:00:00.123Z', rid: recordId('o-1-3@42/1761127200123') },
    });
    expect(sink.table.columns.map(({ type }) => type).slice(0, -1)).toEqual([
      ...['text', 'integer', 'bigint', 'timestamptz', 'text', 'uuid'],
    ]);
  });

  test('makes columns of other types', () => {
    const sink = sinkOf({
      ms: bigint().from(meta.timestamp),
      local: timestamp().from(meta.timestamp),
      offset: text().from(meta.offset),
      exact: numeric().from(meta.offset),
      topic: varchar({ length: 3 }).from(meta.topic),
      list: text().array().from('list').nullable(),
      limited: text({ max: 3 }).from(meta.topic),
    });
    expect(decodeWith(sink, '{}', place)).toEqual({
      ...{ ms: '1761127200123', local: '2025-10-22T10:00:00.123', offset: '42', exact: '42' },
      ...{ topic: 'o-1', list: null, limited: 'o-1' },
    });
    expect(decodeWith(sink, '{}', { ...place, topic: 'o-11' })).toBe(
      'invalid_value: meta.topic: longer than 3 characters; meta.topic: longer than 3 characters',
    );
  });

  test('has the timestamp of a year that JavaScript has no date for', () => {
    const sink = sinkOf({ at: meta.timestamp });
    const at = (timestamp: number) => decodeWith(sink, '{}', { timestamp });
    expect(at(0)).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(at(1_761_127_200_123_456)).toEqual({ at: '57777-11-24T16:02:03.456000Z' });
    expect(at(Number.MAX_SAFE_INTEGER)).toEqual({ at: '287396-10-12T08:59:00.991000Z' });
    expect(at(-1)).toBe('invalid_value: meta.timestamp: missing');
  });

  test('keeps the id of a record that was put back onto a topic', () => {
    const sink = sinkOf({ rid: meta.recordId });
    const again = {
      ...place,
      ...headers([ORIGIN_HEADER, 'first-0@1/5'], [PUT_BACK_HEADER, place.topic]),
    };
    expect(decodeWith(sink, '{}', again)).toEqual({ rid: recordId('first-0@1/5') });
  });

  test('takes the place of a value', () => {
    const sink = sinkOf({
      u: uuid().default(meta.recordId),
      at: timestamptz().default(meta.timestamp),
      topic: text().default(meta.topic),
      maybe: timestamptz().nullable().default(meta.timestamp),
    });
    const defaults = {
      u: recordId('o-1-3@42/1761127200123'),
      at: '2025-10-22T10:00:00.123Z',
      topic: 'o-1',
    };
    const absent = { ...defaults, maybe: '2025-10-22T10:00:00.123Z' };
    expect(decodeWith(sink, '{}', place)).toEqual(absent);
    const nulls = '{"u":null,"at":null,"topic":null,"maybe":null}';
    expect(decodeWith(sink, nulls, place)).toEqual({ ...defaults, maybe: null });
    const given = {
      u: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      at: '2000-01-01T00:00Z',
      topic: 'x',
    };
    expect(decodeWith(sink, given, place)).toEqual({ ...absent, ...given });
    expect(decodeWith(sink, '{}', { ...place, timestamp: -1 })).toBe(
      'invalid_value: at: missing, and the record has no usable timestamp',
    );
    expect(
      decodeWith(sink, '{"at":"2000-01-01T00:00Z"}', { ...place, timestamp: -1 }),
    ).toMatchObject({ at: '2000-01-01T00:00Z', maybe: null });
  });

  test('may not say who set the timestamp', () => {
    const unknown = { ...place, timestampType: null };
    const by = text().from(meta.timestampType);
    expect(decodeWith(sinkOf({ by: by.nullable() }), '{}', unknown)).toEqual({ by: null });
    expect(decodeWith(sinkOf({ by: by.default('UNKNOWN') }), '{}', unknown)).toEqual({
      by: 'UNKNOWN',
    });
    expect(decodeWith(sinkOf({ by }), '{}', unknown)).toBe(
      'invalid_value: meta.timestampType: missing',
    );
    expect(decodeWith(sinkOf({ by: text().default(meta.timestampType) }), '{}', unknown)).toBe(
      'invalid_value: by: missing, and the record has no usable timestampType',
    );
  });
});
