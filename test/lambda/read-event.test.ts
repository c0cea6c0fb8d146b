import { expect, test } from 'vitest';
import { readEvent, sourceOf } from '../../src/lambda/read-event.ts';
import { InvalidEventError } from '../../src/record/errors.ts';
import { eventOf, record } from '../support/records.ts';

test.each([
  ['nothing', undefined, 'not an object'],
  ['null', null, 'not an object'],
  ['a text', 'event', 'not an object'],
  ['a list', [], 'not an object'],
  ['an event of SQS', { eventSource: 'aws:sqs', records: {} }, 'eventSource must be'],
  ['an event without a source', { records: {} }, 'eventSource must be'],
  ['an event without records', { eventSource: 'aws:kafka' }, 'has no records'],
  ['records as a list', { eventSource: 'aws:kafka', records: [] }, 'has no records'],
  ['records that are no lists', { eventSource: 'aws:kafka', records: { a: {} } }, 'has no records'],
])('%s is not an event of a Kafka event source mapping', (_, event, message) => {
  expect(() => readEvent(event)).toThrow(InvalidEventError);
  expect(() => readEvent(event)).toThrow(message);
});

test.each(['aws:kafka', 'SelfManagedKafka'])('an event of %s is read', (eventSource) => {
  const first = record(undefined, { offset: 7 });
  const second = record(undefined, { partition: 1 });
  expect(readEvent({ ...eventOf([first, second]), eventSource })).toEqual([
    { partitionKey: 'notifications-0', record: first, fault: null },
    { partitionKey: 'notifications-1', record: second, fault: null },
  ]);
});

test('a letter can say where its record came from: the cluster, else its servers, else nothing', () => {
  expect(sourceOf({ eventSourceArn: 'arn', bootstrapServers: 'kafka:9092' })).toBe('arn');
  expect(sourceOf({ bootstrapServers: 'kafka:9092' })).toBe('kafka:9092');
  expect(sourceOf({})).toBeNull();
  expect(sourceOf({ bootstrapServers: ['kafka:9092'] })).toBeNull();
});

test.each([8.64e15, -8.64e15])('a record may be of the ends of time, %d ms', (timestamp) => {
  const [delivery] = readEvent(eventOf([record(undefined, { timestamp })]));
  expect(delivery?.fault).toBeNull();
});
