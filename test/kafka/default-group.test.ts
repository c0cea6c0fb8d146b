import { expect, test } from 'vitest';
import { compileSinks } from '../../src/definition/sinks.ts';
import { integer } from '../../src/index.ts';
import { defaultGroup } from '../../src/kafka/default-group.ts';

const definition = { topic: 'orders', table: 'orders', key: 'id', columns: { id: integer() } };
const groupOf = (...definitions: unknown[]) => defaultGroup(compileSinks(definitions).all);

test('two sinks that set no group are in two groups', () => {
  expect(groupOf(definition)).toBe('kafka-pg-sink-orders');
  expect(groupOf({ ...definition, topic: 'payments' })).toBe('kafka-pg-sink-payments');
  expect(groupOf({ ...definition, name: 'copy' })).toBe('kafka-pg-sink-copy');
  expect(groupOf({ ...definition, topic: /orders-.*/, name: 'all' })).toBe('kafka-pg-sink-all');
});

test.each([
  ['several definitions', [definition, { ...definition, topic: 'payments' }], 'has 2 definitions'],
  ['a pattern without a name', [{ ...definition, topic: /orders-.*/ }], 'is a pattern'],
])('a name that would change is none, so %s need one that is set', (_, definitions, why) => {
  expect(() => groupOf(...definitions)).toThrow(
    new RegExp(`KAFKA_GROUP_ID is not set, and .*${why}.*: set it to a name`),
  );
});
