import { expect, test } from 'vitest';
import { text } from '../../src/definition/columns.ts';
import { durationOf } from '../../src/definition/duration.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { sinkRecord } from '../support/records.ts';

test.each([
  ['30s', 30_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0m', null],
  ['01m', null],
  ['1.5h', null],
  ['-1s', null],
  ['10', null],
  ['10 m', null],
  [10, null],
  [undefined, null],
])('%s is %s ms', (text, ms) => {
  expect(durationOf(text)).toBe(ms);
});

test('all rows of a definition wait for their parents as long as it says', () => {
  const columns = { a: text(), b: text().dbDefault() };
  const given = { topic: 't', table: 't', key: 'a', columns };
  const tablesOf = (definition: object) => {
    const sink = compileSinks({ ...given, ...definition }).all[0];
    return ['{"a":"1","b":"2"}', '{"a":"1"}'].map((value) => {
      const decoded = sink?.decode(sinkRecord(null, { value: Buffer.from(value) }));
      return decoded && 'table' in decoded ? decoded.table.retryForeignKeysMs : 'no row';
    });
  };
  expect(tablesOf({ foreignKeys: { retryFor: '90s' } })).toEqual([90_000, 90_000]);
  expect(tablesOf({ foreignKeys: 'dead-letter' })).toEqual([undefined, undefined]);
  expect(tablesOf({})).toEqual([undefined, undefined]);
});
