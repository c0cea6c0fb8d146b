import { expect, test } from 'vitest';
import { EVENT_SOURCES, type KafkaEvent } from '../../src/lambda/event.ts';
import { checkEvent, countRecords, readRecords, sourceOf } from '../../src/lambda/read-event.ts';
import { InvalidEventError } from '../../src/record/errors.ts';
import { eventOf, incomingOf, record, TIMESTAMP } from '../support/records.ts';

test.each([
  ['nothing', undefined, 'not an object'],
  ['null', null, 'not an object'],
  ['a text', 'event', 'not an object'],
  ['a list', [], 'not an object'],
  ['an event of SQS', { eventSource: 'aws:sqs', records: {} }, 'eventSource must be'],
  [
    'an event of another spelling',
    { eventSource: 'aws:selfmanagedkafka', records: {} },
    'eventSource must be',
  ],
  [
    'an event without a source',
    { records: {} },
    'eventSource must be one of aws:kafka, SelfManagedKafka, aws:SelfManagedKafka.',
  ],
  ['an event without records', { eventSource: 'aws:kafka' }, 'has no records'],
  ['records as a list', { eventSource: 'aws:kafka', records: [] }, 'has no records'],
  ['records that are no lists', { eventSource: 'aws:kafka', records: { a: {} } }, 'has no records'],
])('%s is not an event of a Kafka event source mapping', (_, event, message) => {
  expect(() => checkEvent(event)).toThrow(InvalidEventError);
  expect(() => checkEvent(event)).toThrow(message);
});

test.each(EVENT_SOURCES)('an event of %s is read', (eventSource) => {
  const headers = [{ trace: [-61, -87] }, { none: null }];
  const first = record({ a: 1 }, { offset: 7, headers });
  const second = record(null, { partition: 1, key: undefined, timestamp: -1 });
  const event = checkEvent({ ...eventOf([first, second]), eventSource });
  expect(countRecords(event)).toBe(2);
  const shared = { topic: 'notifications', timestampType: 'CREATE_TIME' };
  expect([...readRecords(event)]).toEqual([
    {
      ...shared,
      ...{ partition: 0, offset: 7, timestamp: TIMESTAMP },
      ...{ key: Buffer.from('k'), value: Buffer.from('{"a":1}') },
      headers: [
        { name: 'trace', value: Buffer.from('é') },
        { name: 'none', value: null },
      ],
    },
    {
      ...shared,
      ...{ partition: 1, offset: 0, timestamp: -1 },
      ...{ key: null, value: null, headers: [] },
    },
  ]);
});

test.each([
  ['absent', undefined],
  ['a number', 7],
  ['of a kind that Kafka does not have', 'NOON'],
])('a record whose timestamp type is %s is a record all the same', (_, timestampType) => {
  expect(incomingOf(record('x', { timestampType } as object))).toMatchObject([
    { value: Buffer.from('x'), timestampType: null },
  ]);
});

test.each([
  ['null', null],
  ['absent', undefined],
  ['no array', {}],
  ['an array of something else', [null, 'a', 7]],
])('headers that are %s are none', (_, headers) => {
  expect(incomingOf(record('x', { headers }))).toMatchObject([{ headers: [] }]);
});

test.each([
  ['a text', 'bytes'],
  ['texts', ['a', 'b']],
  ['fractions', [0.5]],
  ['numbers beyond a byte', [104, 300]],
])('a header whose bytes are %s counts as one without a value', (_, bytes) => {
  expect(incomingOf(record('x', { headers: [{ h: bytes }] }))).toMatchObject([
    { headers: [{ name: 'h', value: null }] },
  ]);
});

test('what is no whole record keeps what came, and the key of the event', () => {
  const raw = { offset: '3', headers: [{ h: [104] }] };
  expect(incomingOf(raw)).toEqual([
    {
      malformed: 'topic: not a name',
      partitionKey: 'notifications-0',
      raw,
      headers: [{ name: 'h', value: Buffer.from('h') }],
    },
  ]);
});

test('a dead letter can say where its record came from: the cluster, else its servers, else nothing', () => {
  const source = (fields: object) => sourceOf(fields as KafkaEvent);
  expect(source({ eventSourceArn: 'arn', bootstrapServers: 'kafka:9092' })).toBe('arn');
  expect(source({ bootstrapServers: 'kafka:9092' })).toBe('kafka:9092');
  expect(source({})).toBeNull();
  expect(source({ bootstrapServers: ['kafka:9092'] })).toBeNull();
});
