import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/dead-letter-tools/reading/read-message.ts';
import { readMoment } from '../../src/dead-letter-tools/reading/selection.ts';
import { record } from '../support/records.ts';
import {
  deadLetterOf,
  goodDeadLetter,
  onFailureOf,
  type TestMessage,
} from './support/queue-world.ts';

const read = ({ body, attributes = {} }: TestMessage) =>
  readMessage({ id: 'm', handle: 'h', body, attributes, sentAt: 0 });
const attempts = (StringValue: string) =>
  read({
    ...goodDeadLetter(1),
    attributes: { replayAttempts: { DataType: 'Number', StringValue } },
  });

describe('a message', () => {
  test('is a dead letter, with its attempts, even with additional fields', () => {
    const { body } = deadLetterOf(record(), {}, { added: [1] });
    expect(read({ body })).toMatchObject({ kind: 'dead-letter', attempts: 0 });
    expect(attempts('3')).toMatchObject({ kind: 'dead-letter', attempts: 3 });
    for (const wrong of ['', '-1', '1.5', 'many', '1e400'])
      expect(attempts(wrong)).toMatchObject({ attempts: 0 });
  });

  test.each([
    ['not JSON', '{'],
    ['not an object', '[]'],
    ['an object of another kind', '{"doctor":true}'],
    ['a dead letter without headers', deadLetterOf(record(), {}, { record: { topic: 'a' } }).body],
    ['a dead letter without a time', deadLetterOf(record(), {}, { failedAt: 'yesterday' }).body],
    ['a dead letter without an id', deadLetterOf(record(), {}, { id: 7 }).body],
  ])('that is %s is foreign', (_, body) => {
    expect(read({ body }).kind).toBe('foreign');
  });

  test('of another version is not read as a dead letter of this version', () => {
    for (const version of [0, 2, '1', null])
      expect(read(deadLetterOf(record(), {}, { version }))).toMatchObject({
        kind: 'unknown-version',
      });
  });

  test('never makes readMessage throw', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        read({ body: json });
        read({ body: text });
        read(deadLetterOf(record(), {}, JSON.parse(`{"record":${json}}`)));
        read({
          body: JSON.stringify({
            requestContext: { condition: '' },
            KafkaBatchInfo: JSON.parse(json),
          }),
        });
      }),
    );
  });
});

describe('an on-failure message', () => {
  test('holds offsets as text, beyond the numbers of JavaScript, and topics with hyphens', () => {
    expect(
      read(onFailureOf({ 'a-1-2': ['9007199254740993', '9223372036854775807'], 'b-0': [1, 1] })),
    ).toMatchObject({
      kind: 'on-failure',
      onFailure: {
        condition: 'RetryAttemptsExhausted',
        ranges: [
          { topic: 'a-1', partition: 2, first: 9007199254740993n, last: 9223372036854775807n },
          { topic: 'b', partition: 0, first: 1n, last: 1n },
        ],
      },
    });
  });

  test.each([
    ['a partition without a number', { a: [1, 2] }],
    ['a range that ends before it begins', { 'a-0': [2, 1] }],
    ['an offset that is not a number', { 'a-0': ['one', 2] }],
    ['an offset beyond the largest of Kafka', { 'a-0': [1, '9223372036854775808'] }],
    ['a valid range beside a malformed one', { 'a-0': [1, 2], 'b-0': [-1, 2] }],
  ] as const)(
    'with %s is foreign: it would be deleted after half of its records are stored',
    (_, ranges) => {
      expect(read(onFailureOf(ranges)).kind).toBe('foreign');
    },
  );
});

test('a moment is ISO 8601 with an offset, a day, or an age', () => {
  const now = Date.UTC(2026, 0, 2);
  expect(readMoment('2026-01-01T03:00:00+01:00', now)).toBe(Date.UTC(2026, 0, 1, 2));
  expect(readMoment('2026-01-01', now)).toBe(Date.UTC(2026, 0, 1));
  expect(readMoment('90m', now)).toBe(now - 90 * 60_000);
  expect(readMoment('2d', now)).toBe(now - 2 * 86_400_000);
  for (const wrong of ['', '2026-01-01T03:00:00', '2026-13-01', '1w', '-1h', 'now', '2026'])
    expect(readMoment(wrong, now)).toBeNull();
});
