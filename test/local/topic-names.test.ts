import { expect, test } from 'vitest';
import { topicNames } from '../../local/topic-names.ts';
import { text } from '../../src/definition/columns.ts';

const namesOf = (...topics: (string | RegExp)[]) =>
  topicNames(
    topics.map((topic) => ({ topic, table: 't', key: 'id', columns: { id: text() } })),
    '-1',
  );

test.each<[RegExp, string]>([
  [/orders/, 'orders-1'],
  [/orders-.+/, 'orders-x-1'],
  [/^shop\.(?:eu|us)\.orders$/, 'shop.eu.orders-1'],
  [/orders_[a-z]+_v\d{1,3}/, 'orders_a_v1-1'],
  [/(a|b)-(?<part>\w+)/, 'a-x-1'],
  [/orders|payments/, 'orders-1'],
  [/[^-]+-events/, 'x-events-1'],
  [/tenant-[\d]+/, 'tenant-1-1'],
])('the topic of the pattern %s gets a name that matches', (pattern, name) => {
  expect(namesOf(pattern)).toEqual([name]);
});

test('names stay as they are, with what sets them apart', () => {
  expect(namesOf('orders', 'payments')).toEqual(['orders-1', 'payments-1']);
});

test.each([
  ['of which no name is found', [/(?=o)orders-(\d)\1{3}/]],
  ['whose name matches another one too', [/a.*/, /ax?/]],
])('a pattern %s is refused, with what to do', (_, topics) => {
  expect(() => namesOf(...topics)).toThrow(/write the name of one in place of the pattern/);
});
