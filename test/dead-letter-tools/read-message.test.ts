import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/dead-letter-tools/reading/read-message.ts';
import { readMoment } from '../../src/dead-letter-tools/reading/selection.ts';
import { record } from '../support/records.ts';
import { goodLetter, letterOf, noteOf, type Post } from './support/queue-world.ts';

const read = ({ body, attributes = {} }: Post) =>
  readMessage({ id: 'm', handle: 'h', body, attributes, sentAt: 0 });
const attempts = (StringValue: string) =>
  read({ ...goodLetter(1), attributes: { replayAttempts: { DataType: 'Number', StringValue } } });

describe('a message', () => {
  test('is a letter, with its attempts, whatever fields are added', () => {
    const { body } = letterOf(record(), {}, { added: [1] });
    expect(read({ body })).toMatchObject({ kind: 'letter', attempts: 0 });
    expect(attempts('3')).toMatchObject({ kind: 'letter', attempts: 3 });
    for (const wrong of ['', '-1', '1.5', 'many', '1e400'])
      expect(attempts(wrong)).toMatchObject({ attempts: 0 });
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['an object of somebody else', '{"doctor":true}'],
    ['a letter without headers', letterOf(record(), {}, { record: { topic: 'a' } }).body],
    ['a letter without a time', letterOf(record(), {}, { failedAt: 'yesterday' }).body],
    ['a letter without an id', letterOf(record(), {}, { id: 7 }).body],
  ])('that is %s is foreign', (_, body) => {
    expect(read({ body }).kind).toBe('foreign');
  });

  test('of another version is not taken for one of ours', () => {
    for (const version of [0, 2, '1', null])
      expect(read(letterOf(record(), {}, { version }))).toMatchObject({ kind: 'unknown-version' });
  });

  test('never makes it throw, whatever it is', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        read({ body: json });
        read({ body: text });
        read(letterOf(record(), {}, JSON.parse(`{"record":${json}}`)));
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

describe("a note of Lambda's", () => {
  test('holds offsets as text, larger than a number of JavaScript holds, of topics with hyphens', () => {
    expect(
      read(noteOf({ 'a-1-2': ['9007199254740993', '9223372036854775807'], 'b-0': [1, 1] })),
    ).toMatchObject({
      kind: 'on-failure',
      notice: {
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
    ['an offset that is none', { 'a-0': ['one', 2] }],
    ['an offset that Kafka does not have', { 'a-0': [1, '9223372036854775808'] }],
    ['one sound range beside a broken one', { 'a-0': [1, 2], 'b-0': [-1, 2] }],
  ] as const)('with %s is foreign: half of it must not pass for the whole', (_, ranges) => {
    expect(read(noteOf(ranges)).kind).toBe('foreign');
  });
});

test('a moment is ISO 8601 with an offset, a day, or how long ago it is', () => {
  const now = Date.UTC(2026, 0, 2);
  expect(readMoment('2026-01-01T03:00:00+01:00', now)).toBe(Date.UTC(2026, 0, 1, 2));
  expect(readMoment('2026-01-01', now)).toBe(Date.UTC(2026, 0, 1));
  expect(readMoment('90m', now)).toBe(now - 90 * 60_000);
  expect(readMoment('2d', now)).toBe(now - 2 * 86_400_000);
  for (const wrong of ['', '2026-01-01T03:00:00', '2026-13-01', '1w', '-1h', 'now', '2026'])
    expect(readMoment(wrong, now)).toBeNull();
});
