import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KafkaRecord } from '../../src/lambda/event.ts';
import { ORIGIN_HEADER, originOf } from '../../src/record/origin.ts';

type Headers = NonNullable<KafkaRecord['headers']>;

const signed = (text: string) => Array.from(new Int8Array(Buffer.from(text)));
const from = (...texts: string[]): Headers =>
  texts.map((text) => ({ [ORIGIN_HEADER]: signed(text) }));

test('reads where a record came from first', () => {
  expect(originOf({ headers: from('notifications-0-42') })).toBe('notifications-0-42');
});

test.each([
  ['dashes and dots in the topic', 'a-1.b_c-2-3'],
  ['the largest partition and offset', 'a-2147483647-9007199254740991'],
  ['the longest topic', `${'a'.repeat(249)}-0-0`],
])('takes %s', (_case, origin) => {
  expect(originOf({ headers: from(origin) })).toBe(origin);
});

test.each([
  ['nothing', ''],
  ['no offset', 'a-1'],
  ['no topic', '-1-2'],
  ['a topic that Kafka does not allow', '..-1-2'],
  ['a topic that is too long', `${'a'.repeat(250)}-0-0`],
  ['a zero in front, which would give one origin two names', 'a-01-2'],
  ['a negative offset', 'a-1--2'],
  ['a partition that no topic has', 'a-2147483648-2'],
  ['an offset that is not exact', 'a-1-9007199254740993'],
  ['a line break behind it', 'a-1-2\n'],
  ['a space', 'a b-1-2'],
  ['letters beyond ASCII', 'ä-1-2'],
  ['something very long', `a-1-${'2'.repeat(1_000_000)}`],
])('%s is no origin', (_case, origin) => {
  expect(originOf({ headers: from(origin) })).toBeNull();
});

test('of several the first counts, and one that is none does not hide it', () => {
  expect(originOf({ headers: from('nonsense', 'a-1-2', 'b-3-4') })).toBe('a-1-2');
});

test('a header of another name is none', () => {
  expect(originOf({ headers: [{ [`${ORIGIN_HEADER}s`]: signed('a-1-2') }] })).toBeNull();
});

test.each([
  ['no headers', null],
  ['absent headers', undefined],
  ['headers that are no array', {}],
  ['a header that is null', [null]],
  ['a header that is a text', ['a-1-2']],
  ['a value that is null', [{ [ORIGIN_HEADER]: null }]],
  ['a value that is a text', [{ [ORIGIN_HEADER]: 'a-1-2' }]],
  ['bytes that are no numbers', [{ [ORIGIN_HEADER]: ['a', '-'] }]],
  ['bytes below zero', [{ [ORIGIN_HEADER]: [-1, 45, 49, 45, 50] }]],
  ['an inherited value', [Object.create({ [ORIGIN_HEADER]: signed('a-1-2') })]],
])('%s: null, whatever the event holds', (_case, headers) => {
  expect(originOf({ headers: headers as unknown as Headers })).toBeNull();
});

test('never throws', () => {
  const value = fc.oneof(fc.anything(), fc.array(fc.integer({ min: -128, max: 127 })));
  const header = fc.oneof(fc.anything(), fc.record({ [ORIGIN_HEADER]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(header)), (headers) => {
      originOf({ headers: headers as Headers });
    }),
  );
});
