import { describe, expect, test } from 'vitest';
import { toEvent, toRedeliver } from '../../src/consumer/event.ts';
import { readEvent } from '../../src/lambda/read-event.ts';
import { record } from '../support/records.ts';

const at = (offset: number, partition = 0, topic = 'notifications') =>
  record('x', { topic, partition, offset });

describe('the event', () => {
  test("has the shape that Lambda delivers for a Kafka of one's own [B1]", () => {
    const event = toEvent([at(4), at(7, 2), at(5), at(1, 2)], ['a.example:9092', 'b.example:9093']);
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual({
      eventSource: 'SelfManagedKafka',
      bootstrapServers: 'a.example:9092,b.example:9093',
      records: {
        'notifications-0': [at(4), at(5)],
        'notifications-2': [at(7, 2), at(1, 2)],
      },
    });
  });

  test('is one that the sink reads, each record once [B1]', () => {
    const records = [at(4), at(4), at(7, 2), at(7, 2, 'other-2')];
    const deliveries = readEvent(toEvent(records, ['localhost:9092']));
    expect(deliveries.map(({ record }) => record)).toEqual(records);
    expect(deliveries.map(({ fault }) => fault)).toEqual([null, null, null, null]);
    expect(new Set(deliveries.map(({ partitionKey }) => partitionKey))).toEqual(
      new Set(['notifications-0', 'notifications-2', 'other-2-2']),
    );
  });

  test('of no records has none', () => {
    expect(readEvent(toEvent([], ['localhost:9092']))).toEqual([]);
  });
});

describe('the response', () => {
  const records = [at(4), at(5), at(4, 2), at(9, 2)];
  const named = (...names: [string, number][]) => ({
    batchItemFailures: names.map(([partition, offset]) => ({
      itemIdentifier: { partition, offset },
    })),
  });

  test.each([
    ['an empty list', named()],
    ['null', null],
    ['nothing', undefined],
    ['an empty object', {} as never],
    ['a null list', { batchItemFailures: null } as never],
  ])('with %s says that all succeeded', (_, response) => {
    expect(toRedeliver(records, response)).toEqual([]);
  });

  test('names the records that are delivered again, and no other is', () => {
    const response = named(['notifications-2', 4], ['notifications-0', 5]);
    expect(toRedeliver(records, response)).toEqual([records[1], records[2]]);
  });

  test('may name a record twice', () => {
    const response = named(['notifications-0', 5], ['notifications-0', 5]);
    expect(toRedeliver(records, response)).toEqual([records[1]]);
  });

  test('may name all', () => {
    const all = records.map(({ topic, partition, offset }): [string, number] => [
      `${topic}-${partition}`,
      offset,
    ]);
    expect(toRedeliver(records, named(...all))).toEqual(records);
  });

  test.each([
    ['offset', named(['notifications-0', 6])],
    ['partition', named(['notifications-1', 4])],
    ['topic', named(['other-0', 4])],
    ['offset, beside a known one', named(['notifications-0', 4], ['notifications-0', 6])],
  ])('that names an unknown %s has all delivered again, as Lambda does', (_, response) => {
    expect(toRedeliver(records, response)).toEqual(records);
  });

  test('names both copies of a record that is in the batch twice', () => {
    const twice = [at(4), at(5), at(4)];
    expect(toRedeliver(twice, named(['notifications-0', 4]))).toEqual([twice[0], twice[2]]);
    expect(toRedeliver(twice, named(['notifications-0', 5]))).toEqual([twice[1]]);
  });
});
