import { describe, expect, test } from 'vitest';
import { json, jsonb, text } from '../../src/definition/columns.ts';
import { isTooDeep } from '../../src/definition/depth.ts';
import { header, key } from '../../src/definition/sources.ts';
import { decodeWith, sinkOf } from './support/decode.ts';

const nested = (levels: number, inside = '') =>
  `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`;

describe('isTooDeep', () => {
  test.each([
    ['2,000 levels', nested(2000), false],
    ['2,001 levels', nested(2001), true],
    ['objects and arrays', '[{"a":'.repeat(1000) + nested(1) + '}]'.repeat(1000), true],
    ['many values beside each other', `[${'[{}],'.repeat(5000)}1]`, false],
    ['brackets in a string', JSON.stringify(['['.repeat(5000), '{'.repeat(5000)]), false],
    ['brackets behind an escaped quote', JSON.stringify([`"${'['.repeat(5000)}`]), false],
    ['levels behind a string that ends in a backslash', `["\\\\",${nested(2000)}]`, true],
    ['what is never closed', '{"a":['.repeat(50_000), true],
    ['a string that never ends', `${nested(500).repeat(5)}"${'['.repeat(5000)}`, false],
    ['a string that ends in half an escape', `${nested(500).repeat(5)}"\\`, false],
  ])('%s', (_, text, expected) => {
    expect(isTooDeep(text)).toBe(expected);
  });
});

describe('a record', () => {
  const TOO_DEEP = 'nested more than 2,000 levels deep';

  test('is stored with 2,000 levels, and rejected with one more', () => {
    for (const column of [json(), jsonb()]) {
      const sink = sinkOf({ c: column });
      const most = nested(1999, '1e400');
      expect(decodeWith(sink, `{"c":${most}}`)).toEqual({ c: most });
      expect(decodeWith(sink, `{"c":[${most}]}`)).toBe(`invalid_value: value: ${TOO_DEEP}`);
    }
  });

  test('is rejected for what no column takes, too: its parsing would cost as much', () => {
    const sink = sinkOf({ c: text() });
    const value = `{"c":"text","more":${nested(100_000)}}`;
    expect(decodeWith(sink, value)).toBe(`invalid_value: value: ${TOO_DEEP}`);
  });

  test('is rejected for a key or a header, which is named', () => {
    const deep = Buffer.from(`{"a":${nested(2000)}}`);
    const sink = sinkOf({ c: text().from(key('b')), d: jsonb().from(header('h')) });
    const fields = { key: deep, headers: [{ name: 'h', value: deep }, ID] };
    expect(decodeWith(sink, '{}', fields)).toBe(
      `invalid_value: key: ${TOO_DEEP}; header(h): ${TOO_DEEP}`,
    );
  });
});

const ID = { name: 'id', value: Buffer.from('1') };
