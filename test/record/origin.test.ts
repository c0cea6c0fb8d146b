import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerOrigin, ORIGIN_HEADER, originOf, PUT_BACK_HEADER } from '../../src/record/origin.ts';
import type { Header } from '../../src/record/record.ts';
import { sinkRecord, TIMESTAMP } from '../support/records.ts';

const TOPIC = 'notifications';
const putBackOnto = (topic: string): Header => ({
  name: PUT_BACK_HEADER,
  value: Buffer.from(topic),
});

/** Headers that name origins, of a record that was put back onto its topic. */
const from = (...texts: string[]): Header[] => [
  ...texts.map((text) => ({ name: ORIGIN_HEADER, value: Buffer.from(text) })),
  putBackOnto(TOPIC),
];

test('the first coordinates are those that the header names, else its own', () => {
  expect(originOf(sinkRecord('x', { partition: 1, offset: 7, headers: from('a-0@42/5') }))).toBe(
    'a-0@42/5',
  );
  expect(originOf(sinkRecord('x', { partition: 1, offset: 7 }))).toBe(
    `notifications-1@7/${TIMESTAMP}`,
  );
  expect(originOf(sinkRecord('x', { partition: 1, offset: 7, timestamp: -1 }))).toBe(
    'notifications-1@7/-1',
  );
});

test.each([
  ['dashes and dots in the topic', 'a-1.b_c-2@3/4'],
  ['the largest partition, offset and timestamp', 'a-2147483647@9007199254740991/9007199254740991'],
  ['the longest topic', `${'a'.repeat(249)}-0@0/0`],
  ['a record without a timestamp', 'a-1@2/-1'],
])('takes %s', (_case, origin) => {
  expect(headerOrigin({ topic: TOPIC, headers: from(origin) })).toBe(origin);
});

test.each([
  ['nothing', ''],
  ['no offset', 'a-1'],
  ['no topic', '-1@2/3'],
  ['a dash in front of the offset', 'a-1-2/3'],
  ['a topic that Kafka does not allow', '..-1@2/3'],
  ['a topic that is too long', `${'a'.repeat(250)}-0@0/3`],
  ['a leading zero, which would give one origin two names', 'a-01@2/3'],
  ['a negative offset', 'a-1@-2/3'],
  ['a partition that no topic has', 'a-2147483648@2/3'],
  ['an offset that is not exact', 'a-1@9007199254740993/3'],
  ['no timestamp', 'a-1@2'],
  ['an empty timestamp', 'a-1@2/'],
  ['a timestamp that is not exact', 'a-1@2/9007199254740993'],
  ['a timestamp of two names', 'a-1@2/-0'],
  ['a line break behind it', 'a-1@2/3\n'],
  ['a space', 'a b-1@2/3'],
  ['characters beyond ASCII', 'ä-1@2/3'],
  ['something very long', `a-1@${'2'.repeat(1_000_000)}`],
])('%s is no origin', (_case, origin) => {
  expect(headerOrigin({ topic: TOPIC, headers: from(origin) })).toBeNull();
});

test('of several the first counts, and one that is none does not hide it', () => {
  expect(headerOrigin({ topic: TOPIC, headers: from('nonsense', 'a-1@2/3', 'b-3@4/5') })).toBe(
    'a-1@2/3',
  );
});

test('one that was copied onto a record of another topic counts for none', () => {
  const [origin = putBackOnto('')] = from('a-1@2/3');
  const of = (...headers: Header[]) => headerOrigin({ topic: TOPIC, headers });
  expect(of(origin)).toBeNull();
  expect(of(origin, putBackOnto('orders'))).toBeNull();
  expect(of(origin, { name: PUT_BACK_HEADER, value: null })).toBeNull();
  expect(of(putBackOnto('orders'), putBackOnto(TOPIC), origin)).toBe('a-1@2/3');
});

test('a header of another name is none, nor is one without a value', () => {
  const [header] = from('a-1@2/3');
  expect(
    headerOrigin({ topic: TOPIC, headers: [{ ...header, name: `${ORIGIN_HEADER}s` } as Header] }),
  ).toBeNull();
  expect(
    headerOrigin({ topic: TOPIC, headers: [{ name: ORIGIN_HEADER, value: null }] }),
  ).toBeNull();
  expect(headerOrigin({ topic: TOPIC, headers: [] })).toBeNull();
});

test('never throws, and what it returns is written as it is read', () => {
  const near = fc.string({ unit: fc.constantFrom(...'a.-@/019'), maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(near, fc.string({ unit: 'binary' })), (text) => {
      const origin = headerOrigin({ topic: TOPIC, headers: from(text) });
      expect(origin === null || origin === text).toBe(true);
    }),
  );
});
