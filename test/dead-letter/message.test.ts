import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Letter,
  type SealedLetter,
  SQS_MAX_BYTES,
  sealLetter,
} from '../../src/dead-letter/message.ts';
import { packLetters } from '../../src/dead-letter/queue.ts';
import type { Rejected } from '../../src/record/fates.ts';
import { isMalformed } from '../../src/record/record.ts';
import { VERSION } from '../../src/version.ts';
import { incomingOf, record, TIMESTAMP } from '../support/records.ts';

const SOURCE = 'arn:aws:kafka:us-east-1:111122223333:cluster/notifications/6cc0432b-2';
const FAILED_AT = new Date('2026-01-01T00:00:00.000Z');
const MIB = 1_048_576;
/** What SQS takes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const SQS_TEXT = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

function seal(one: unknown, rejected: Partial<Rejected> = {}, source: string | null = SOURCE) {
  const [incoming] = incomingOf(one);
  if (!incoming) throw new Error('no record');
  const details = { sqlstate: null, constraint: null, issues: [] };
  const sealed = sealLetter(
    { record: incoming, reason: 'invalid_json', message: 'value: not JSON', details, ...rejected },
    source,
    FAILED_AT,
  );
  // Whatever the record is, SQS must accept its letter, or the record would stall its partition.
  const attributes = Object.entries(sealed.attributes).flatMap(
    ([name, { DataType = '', StringValue = '' }]) => [name, DataType, StringValue],
  );
  const bytes = Buffer.byteLength(sealed.body) + Buffer.byteLength(attributes.join(''));
  expect(sealed.bytes).toBe(bytes);
  expect(bytes).toBeLessThanOrEqual(MIB);
  expect(SQS_TEXT.test(sealed.body)).toBe(true);
  expect(attributes.every((text) => text !== '' && SQS_TEXT.test(text))).toBe(true);
  expect(sealed.attributes.partition?.StringValue ?? '0').toMatch(/^\d+$/);
  return { ...sealed, letter: JSON.parse(sealed.body) as Letter };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the letter of a sound record', () => {
  test('has the documented shape', () => {
    const details = {
      sqlstate: '22P02',
      constraint: null,
      issues: [{ path: 'user_id', message: 'not a UUID' }],
    };
    const { body, attributes } = seal(
      record('x', { offset: 42, key: 'aw==', headers: [{ trace: [-128, -1, 0, 127] }] }),
      { reason: 'invalid_value', message: 'user_id: not a UUID', details },
    );
    expect(JSON.parse(body)).toEqual({
      version: 1,
      id: 'notifications-0@42',
      reason: 'invalid_value',
      message: 'user_id: not a UUID',
      details,
      record: {
        topic: 'notifications',
        partition: 0,
        offset: 42,
        timestamp: TIMESTAMP,
        timestampType: 'CREATE_TIME',
        key: 'aw==',
        value: Buffer.from('x').toString('base64'),
        headers: [{ name: 'trace', value: Buffer.from([0x80, 0xff, 0, 0x7f]).toString('base64') }],
      },
      valueOmitted: false,
      source: SOURCE,
      failedAt: '2026-01-01T00:00:00.000Z',
      sinkVersion: VERSION,
    });
    expect(attributes).toEqual({
      reason: { DataType: 'String', StringValue: 'invalid_value' },
      topic: { DataType: 'String', StringValue: 'notifications' },
      partition: { DataType: 'Number', StringValue: '0' },
    });
  });

  test('keeps headers in order, repeated names and null values too', () => {
    const headers = [{ a: [1] }, { b: null }, { a: [] }, { a: [2], c: [3] }];
    expect(seal(record('x', { headers })).letter.record.headers).toEqual([
      { name: 'a', value: 'AQ==' },
      { name: 'b', value: null },
      { name: 'a', value: '' },
      { name: 'a', value: 'Ag==' },
      { name: 'c', value: 'Aw==' },
    ]);
  });

  test.each([
    ['key', { key: null }],
    ['key', { key: undefined }],
    ['value', { value: null }],
    ['value', { value: undefined }],
  ])('says null where there is no %s', (name, fields) => {
    expect(seal(record('x', fields)).letter.record).toHaveProperty(name, null);
  });

  test.each([null, undefined])('has no headers where the record has %s', (headers) => {
    expect(seal(record('x', { headers })).letter.record.headers).toEqual([]);
  });

  test('has an id that only its coordinates decide, so that its second letter is recognised', () => {
    const changed = { value: 'eA==', key: null, headers: null, timestamp: 1 };
    expect(
      seal(record('y', { offset: 9, ...changed }), { reason: 'rejected_by_postgres' }).letter.id,
    ).toBe(seal(record('x', { offset: 9 })).letter.id);
    expect(seal(record('x', { offset: 10 })).letter.id).toBe('notifications-0@10');
  });

  test('has no source where the event names none', () => {
    expect(seal(record('x'), {}, null).letter.source).toBeNull();
  });

  test('escapes what SQS would refuse, and JSON gives it back', () => {
    const names = [
      '\uFFFE',
      '\uFFFF',
      'a\uFFFEb',
      '\0',
      '\u001F',
      '\ud83d',
      '\\',
      '"',
      '😀',
      '\u2028',
    ];
    const { letter } = seal(record('x', { headers: names.map((name) => ({ [name]: [1] })) }));
    expect(letter.record.headers.map(({ name }) => name)).toEqual(names);
  });
});

describe('the letter of a malformed record', () => {
  const malformed = { reason: 'malformed_record', message: 'offset: not a number' } as const;

  test.each([
    ['null', null],
    ['a text', 'text'],
    ['a number', 7],
    ['an array', [1]],
    ['an empty object', {}],
    ['no offset', record('x', { offset: undefined })],
    ['a negative offset', record('x', { offset: -1 })],
    ['an offset in text', record('x', { offset: '42' })],
    ['no partition', record('x', { partition: undefined })],
    ['no topic', record('x', { topic: undefined })],
    ['an empty topic', record('x', { topic: '' })],
    ['a topic that Kafka would not take', record('x', { topic: 'näme \uFFFF' })],
    ['a topic that is too long', record('x', { topic: 'x'.repeat(250) })],
    ['fields of wrong types', { ...record('x'), offset: {}, key: 1, value: [], headers: 'x' }],
    ['headers of wrong types', record('x', { offset: null, headers: [null, 1, { a: 'x' }] })],
  ])('has a deterministic id, and no attribute that SQS would refuse: %s', (_, one) => {
    const { letter, attributes } = seal(one, malformed);
    expect(letter.id).toMatch(/^malformed-[0-9a-f]{32}$/);
    expect(seal(structuredClone(one), malformed).letter.id).toBe(letter.id);
    expect(Object.keys(attributes)).toContain('reason');
    expect(attributes.topic?.StringValue ?? 'notifications').toBe('notifications');
  });

  test('keeps what can be read of it', () => {
    const headers = [null, 'text', { a: 'text', b: [1] }];
    const fields = { topic: 'notifications', partition: 2, offset: '42', headers };
    const one = { ...fields, value: 'not base64', key: 7 };
    expect(seal(one, malformed).letter.record).toEqual({
      topic: 'notifications',
      partition: 2,
      offset: null,
      timestamp: null,
      timestampType: null,
      key: null,
      value: 'not base64',
      headers: [
        { name: 'a', value: null },
        { name: 'b', value: 'AQ==' },
      ],
    });
  });

  test('has another id than any other record', () => {
    const ones = [
      null,
      'null',
      {},
      [],
      { offset: 'a' },
      { offset: 'b' },
      record('x', { offset: -1 }),
    ];
    expect(new Set(ones.map((one) => seal(one, malformed).letter.id)).size).toBe(ones.length);
  });
});

describe('a record that is too large for SQS', () => {
  test('loses its value, whose size and hash stay', () => {
    const bytes = Buffer.alloc(2 * MIB, 'x\0é');
    const { letter } = seal(record(bytes, { offset: 42, headers: [{ trace: [1] }] }));
    expect(letter).toMatchObject({
      id: 'notifications-0@42',
      valueOmitted: true,
      valueBytes: bytes.length,
      valueSha256: sha256(bytes),
      source: SOURCE,
      record: {
        offset: 42,
        timestampType: 'CREATE_TIME',
        key: 'aw==',
        value: null,
        headers: [{ name: 'trace', value: 'AQ==' }],
      },
    });
  });

  test('keeps its value up to the last byte that SQS takes', () => {
    const padded = (length: number) => record('x', { headers: [{ ['n'.repeat(length)]: null }] });
    const room = MIB - seal(padded(0)).bytes;
    expect(seal(padded(room))).toMatchObject({ bytes: MIB, letter: { valueOmitted: false } });
    expect(seal(padded(room + 1)).letter).toMatchObject({ valueOmitted: true, valueBytes: 1 });
  });

  test('a value that is not base64 is hashed as it came', () => {
    const value = `${'x'.repeat(2 * MIB)}!`;
    expect(seal(record('', { value })).letter).toMatchObject({
      valueOmitted: true,
      valueBytes: value.length,
      valueSha256: sha256(Buffer.from(value)),
    });
  });

  const huge = 'x'.repeat(2 * MIB);
  test.each([
    ['headers', record('x', { headers: [{ trace: Array(MIB).fill(-1) }] })],
    ['many headers', record('x', { headers: Array(100_000).fill({ trace: [1] }) })],
    ['a header name', record('x', { headers: [{ [huge]: null }] })],
    [
      'a header name to be escaped',
      record('x', { headers: [{ ['\uFFFF'.repeat(200_000)]: null }] }),
    ],
    ['a key', record('x', { key: huge })],
    ['a key and a value', record(Buffer.alloc(MIB), { key: huge })],
    ['a topic', record('x', { topic: huge })],
    ['a timestamp type', record('x', { timestampType: huge })],
    ['a value without an offset', record(Buffer.alloc(MIB), { offset: undefined })],
  ])('fits however huge its parts are: %s', (_, one) => {
    expect(seal(one, {}, null).letter.source).toBeNull();
    const { letter, rejected } = seal(one);
    expect(letter.valueOmitted).toBe(true);
    expect(letter.record.value).toBeNull();
    expect(letter.record.partition).toBe(0);
    expect(letter.reason).toBe(rejected.reason);
    const came = rejected.record;
    const { topic } = (isMalformed(came) ? came.raw : came) as { topic: string };
    expect(letter.record.topic).toBe(topic === huge ? null : topic);
    for (const { name } of letter.record.headers) expect(name).toBe('trace');
  });

  test('fits however long its source is', () => {
    const source = Array(100_000).fill('broker.example:9092').join(',');
    expect(source).toContain(seal(record('x'), {}, source).letter.source);
  });
});

test('a letter of any record is accepted by SQS', () => {
  const anyText = fc.string({ unit: 'binary' });
  const anyFields = fc.record(
    {
      topic: fc.oneof(fc.constant('notifications'), anyText),
      partition: fc.oneof(fc.nat(), fc.jsonValue()),
      offset: fc.oneof(fc.maxSafeNat(), fc.jsonValue()),
      timestampType: anyText,
      key: fc.oneof(anyText, fc.constant('k'.repeat(MIB))),
      value: fc.oneof(fc.base64String(), fc.jsonValue(), fc.constant('v'.repeat(MIB))),
      headers: fc.array(fc.dictionary(anyText, fc.array(fc.integer({ min: -128, max: 127 })))),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(anyFields, fc.jsonValue()), (one) => {
      expect(seal(one).letter.id).toBe(seal(structuredClone(one)).letter.id);
    }),
  );
});

test('a batch holds at most 10 letters and 1 MiB, and all letters in order', () => {
  expect(SQS_MAX_BYTES).toBe(MIB);
  const size = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: MIB }));
  const template = seal(record('x'));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 60, size: 'max' }), (sizes) => {
      const letters: SealedLetter[] = sizes.map((bytes) => ({ ...template, bytes }));
      const batches = packLetters(letters);
      expect(batches.flat()).toEqual(letters);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(10);
        expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MIB);
      }
      if (sizes.every((bytes) => bytes <= MIB / 10))
        expect(batches).toHaveLength(Math.ceil(sizes.length / 10));
    }),
  );
});
