import { expect, test } from 'vitest';
import { parentsFirst } from '../../src/postgres/write/parents-first.ts';
import { sinkRecord } from '../support/records.ts';

/** Rows by their keys, in an order; the rows that each refers to. */
const orderOf = (rows: Readonly<Record<string, readonly string[]>>) =>
  parentsFirst(
    Object.entries(rows).map(([key, values]) => ({
      ...{ key, row: [key, null, ...values] },
      record: sinkRecord(null),
    })),
  )
    .map(({ key }) => key)
    .join('');

test.each([
  ['stay as they are where none refers to another', { b: [], a: ['x'], c: [] }, 'bac'],
  ['of a chain come from its end on', { a: ['b'], b: ['c'], c: ['d'], d: [] }, 'dcba'],
  ['stand behind all that they refer to', { a: ['b', 'c'], b: ['c'], c: [] }, 'cba'],
  [
    'that refer to themselves, or to each other in a circle, come once',
    { a: ['a'], b: ['c'], c: ['b'] },
    'acb',
  ],
])('rows that %s', (_, rows, expected) => {
  expect(orderOf(rows)).toBe(expected);
});
