import { describe, expect, test } from 'vitest';
import { numeric, text } from '../../src/definition/columns.ts';
import type { StandardSchema } from '../../src/definition/schema.ts';
import { header, key } from '../../src/definition/sources.ts';
import { decodeWith, sinkOf } from './support/decode.ts';

const columns = { a: text().nullable(), n: numeric().nullable() };

describe('where', () => {
  test('passes records over', () => {
    const where = (value: unknown, { offset }: { offset: number }) =>
      (value as { a: string }).a === 'x' && offset < 10;
    const sink = sinkOf(columns, { where });
    expect(decodeWith(sink, { a: 'x' }, { offset: 9 })).toEqual({ a: 'x', n: null });
    expect(decodeWith(sink, { a: 'y' })).toBe('passed over: where');
    expect(decodeWith(sink, { a: 'x' }, { offset: 10 })).toBe('passed over: where');
    expect(decodeWith(sink, { a: 7 })).toBe('passed over: where');
    expect(decodeWith(sink, '{')).toBe('invalid_json: value: not JSON');
    expect(decodeWith(sink, null)).toBe('tombstone: value: absent');
    expect(decodeWith(sink, Buffer.from([0x22, 0xff, 0x22]))).toBe(
      'invalid_utf8: value: not UTF-8',
    );
  });

  test('gets what JSON.parse gives', () => {
    const seen: unknown[] = [];
    const sink = sinkOf(columns, {
      where: (value) => {
        seen.push(value);
        return true;
      },
    });
    for (const json of ['{"n":1.50}', '{"n":12345678901234567890}', '[1e400]'])
      decodeWith(sink, json);
    expect(seen).toEqual([{ n: 1.5 }, { n: 12345678901234567000 }, [Number.POSITIVE_INFINITY]]);
  });

  test('that changes its value changes no row', () => {
    const where = (value: unknown) => {
      (value as { b: unknown }).b = 'changed';
      return true;
    };
    const sink = sinkOf({ b: text() }, { where });
    expect(decodeWith(sink, '{"b":"as sent"}')).toEqual({ b: 'as sent' });
    const validate = (value: unknown) => {
      where(value);
      return {};
    };
    const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } };
    expect(decodeWith(sinkOf({ b: text() }, { schema }), '{"b":"as sent"}')).toEqual({
      b: 'as sent',
    });
  });

  test('that throws makes a record invalid, and quotes nothing', () => {
    const where = (value: unknown) => (value as { b: { c: boolean } }).b.c;
    const sink = sinkOf(columns, { where });
    expect(decodeWith(sink, '{}')).toBe('invalid_value: value: where or schema threw TypeError');
    expect(decodeWith(sink, '{"b":{}}')).toBe('passed over: where');
  });

  test('must not be asynchronous', () => {
    for (const where of [async () => true, () => Promise.reject(new Error('x'))]) {
      const sink = sinkOf(columns, { where: where as unknown as () => boolean });
      expect(() => decodeWith(sink, '{}')).toThrow('t: where: must not be asynchronous');
    }
  });
});

describe('a schema', () => {
  const schemaOf = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
    '~standard': { version: 1, vendor: 'test', validate },
  });
  const rejecting = (...paths: (readonly unknown[] | undefined)[]) =>
    schemaOf(() => ({
      issues: paths.map((path) => ({ message: 'MARKER', ...(path && { path: path as string[] }) })),
    }));

  test('judges the value beside the columns; its output is not used', () => {
    const seen: unknown[] = [];
    const schema = schemaOf((value) => {
      seen.push(value);
      return { value: { a: 'other' } } as object;
    });
    expect(decodeWith(sinkOf(columns, { schema }), '{"a":"x","n":9007199254740993}')).toEqual({
      a: 'x',
      n: '9007199254740993',
    });
    expect(seen).toEqual([{ a: 'x', n: 9007199254740992 }]);
  });

  test('shows its issues by path, and neither its messages nor names that may be data', () => {
    const schema = rejecting(['a'], [{ key: 'a' }, 3, 'MARKER'], undefined);
    expect(decodeWith(sinkOf(columns, { schema }), '{"n":true}')).toBe(
      'invalid_value: n: not a number; a: rejected by the schema; a.3.*: rejected by the schema; value: rejected by the schema',
    );
    expect(decodeWith(sinkOf(columns, { schema: rejecting(['a']) }), '{}')).toBe(
      'invalid_value: a: rejected by the schema',
    );
  });

  test('that throws makes a record invalid', () => {
    const schema = schemaOf(() => {
      throw new SyntaxError('MARKER');
    });
    expect(decodeWith(sinkOf(columns, { schema }), '{}')).toBe(
      'invalid_value: value: where or schema threw SyntaxError',
    );
  });

  test('must not be asynchronous', () => {
    for (const validate of [async () => ({}), () => Promise.reject(new Error('x'))]) {
      const sink = sinkOf(columns, { schema: schemaOf(validate) });
      expect(() => decodeWith(sink, '{}')).toThrow('t: schema: must not be asynchronous');
    }
  });
});

test('nothing that is said about a record holds its data', () => {
  const marker = 'MARKER';
  const sink = sinkOf({
    a: numeric(),
    b: text({ max: 1 }),
    c: text().from('c.d.e'),
    k: numeric().from(key('x')),
    h: numeric().from(header('h')),
    t: text().transform(() => {
      throw new Error(marker);
    }),
  });
  const value = JSON.stringify({ a: marker, b: marker, c: { d: marker }, t: marker });
  const bytes = Buffer.from(marker);
  const fields = { key: bytes, headers: [{ name: 'h', value: bytes }] };
  for (const one of [value, `{"${marker}":`, `"${marker}"`, `["${marker}"]`]) {
    const outcome = decodeWith(sink, one, fields);
    expect(outcome).toMatch(/^invalid_(?:value|json): /);
    expect(outcome).not.toContain(marker);
  }
});
