import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLines, encodeLines } from '../../src/postgres/write/copy/copy-text.ts';
import type { Values } from '../../src/record/table.ts';
import { row, text } from '../support/rows.ts';

const encode = (rows: readonly Values[]) => encodeLines(rows.map((one) => ({ row: one })));

test('a row is a line of its values between tabs, with backslash, tab and line ends escaped', () => {
  const rows = [
    row(1, { title: 'a\\b\tc\nd\re', body: 'é😀' }),
    row(2, { title: '', body: '\\N' }),
  ];
  expect(encode(rows).toString()).toBe(
    [
      '00000000-0000-4000-8000-000000000001\t00000000-0000-4000-8000-000000000001\torder.shipped',
      '\ta\\\\b\\tc\\nd\\re\té😀\t2025-10-22T00:00:00.000Z\tnotifications\t0\t1\n',
      '00000000-0000-4000-8000-000000000002\t00000000-0000-4000-8000-000000000001\torder.shipped',
      '\t\t\\\\N\t2025-10-22T00:00:00.000Z\tnotifications\t0\t2\n',
    ].join(''),
  );
});

test('NULL is not the text that stands for it, nor the empty text', () => {
  expect(encode([[null, '\\N', '', 'null', '\\']]).toString()).toBe('\\N\t\\\\N\t\tnull\t\\\\\n');
});

test('lines are read back as they were written, of however many columns', () => {
  const values = (columns: number) =>
    fc.array(fc.option(text), { minLength: columns, maxLength: columns });
  const tables = fc.integer({ min: 1, max: 4 }).chain((columns) => fc.array(values(columns)));
  fc.assert(
    fc.property(tables, (rows) => {
      expect(decodeLines(encode(rows))).toEqual(rows);
    }),
  );
});

test('a row that is larger than usual is written whole', () => {
  const large = [
    row(1, { body: 'é'.repeat(65_536) }),
    row(2),
    row(3, { body: '\t'.repeat(65_536) }),
  ];
  const read = decodeLines(encode(large));
  expect(read).toEqual(large);
});

test('rows that just fill the buffer, or just do not, are written whole', () => {
  const bodies = Array.from({ length: 400 }, (_, length) => '€'.repeat(length));
  const read = bodies.map((body) => decodeLines(encode([row(1, { body })]))[0]);
  expect(read).toEqual(bodies.map((body) => row(1, { body })));
});
