import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeadLetter, writeDeadLetter } from '../../src/dead-letter/write-dead-letter.ts';
import type { Rejected } from '../../src/record/fates.ts';
import { isMalformed } from '../../src/record/record.ts';
import { VERSION } from '../../src/version.ts';
import { incomingOf, record, TIMESTAMP } from '../support/records.ts';

const SOURCE = 'arn:aws:kafka:us-east-1:111122223333:cluster/notifications/6cc0432b-2';
const FAILED_AT = new Date('2026-01-01T00:00:00.000Z');
const MIB = 1_048_576;
/** The characters that SQS accepts. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const SQS_TEXT = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

function write(one: unknown, rejected: Partial<Rejected> = {}, source: string | null = SOURCE) {
  const [incoming] = incomingOf(one);
  if (!incoming) throw new Error('no record');
  const details = { sqlstate: null, constraint: null, issues: [] };
  const written = writeDeadLetter(
    { record: incoming, reason: 'invalid_json', message: 'value: not JSON', details, ...rejected },
    source,
    FAILED_AT,
  );
  // Whatever the record is, SQS must accept its dead letter, or the record would stall its partition.
  const attributes = Object.entries(written.attributes).flatMap(
    ([name, { DataType = '', StringValue = '' }]) => [name, DataType, StringValue],
  );
  const bytes = Buffer.byteLength(written.body) + Buffer.byteLength(attributes.join(''));
  expect(written.bytes).toBe(bytes);
  expect(bytes).toBeLessThanOrEqual(MIB);
  expect(SQS_TEXT.test(written.body)).toBe(true);
  expect(attributes.every((text) => text !== '' && SQS_TEXT.test(text))).toBe(true);
  expect(written.attributes.partition?.StringValue ?? '0').toMatch(/^\d+$/);
  return { ...written, deadLetter: JSON.parse(written.body) as DeadLetter };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the dead letter of a well-formed record', () => {
  test('has the documented shape', () => {
    const details = {
      sqlstate: '22P02',
      constraint: null,
      issues: [{ path: 'user_id', message: 'not a UUID' }],
    };
    const { body, attributes } = write(
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
    expect(write(record('x', { headers })).deadLetter.record.headers).toEqual([
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
  ])('says null when the record has no %s', (name, fields) => {
    expect(write(record('x', fields)).deadLetter.record).toHaveProperty(name, null);
  });

  test.each([null, undefined])('has no headers when those of the record are %s', (headers) => {
    expect(write(record('x', { headers })).deadLetter.record.headers).toEqual([]);
  });

  test('has an id that depends on its coordinates only, so that a duplicate is recognised', () => {
    const changed = { value: 'eA==', key: null, headers: null, timestamp: 1 };
    expect(
      write(record('y', { offset: 9, ...changed }), { reason: 'rejected_by_postgres' }).deadLetter
        .id,
    ).toBe(write(record('x', { offset: 9 })).deadLetter.id);
    expect(write(record('x', { offset: 10 })).deadLetter.id).toBe('notifications-0@10');
  });

  test('has no source when the event names none', () => {
    expect(write(record('x'), {}, null).deadLetter.source).toBeNull();
  });

  test('escapes what SQS would refuse, and parsing restores it', () => {
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
    const { deadLetter } = write(record('x', { headers: names.map((name) => ({ [name]: [1] })) }));
    expect(deadLetter.record.headers.map(({ name }) => name)).toEqual(names);
  });
});

describe('the dead letter of a malformed record', () => {
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
    ['a topic name that Kafka would not accept', record('x', { topic: 'näme \uFFFF' })],
    ['a topic that is too long', record('x', { topic: 'x'.repeat(250) })],
    ['fields of wrong types', { ...record('x'), offset: {}, key: 1, value: [], headers: 'x' }],
    ['headers of wrong types', record('x', { offset: null, headers: [null, 1, { a: 'x' }] })],
  ])('has a deterministic id, and no attribute that SQS would refuse: %s', (_, one) => {
    const { deadLetter, attributes } = write(one, malformed);
    expect(deadLetter.id).toMatch(/^malformed-[0-9a-f]{32}$/);
    expect(write(structuredClone(one), malformed).deadLetter.id).toBe(deadLetter.id);
    expect(Object.keys(attributes)).toContain('reason');
    expect(attributes.topic?.StringValue ?? 'notifications').toBe('notifications');
  });

  test('keeps the fields that can be read', () => {
    const headers = [null, 'text', { a: 'text', b: [1] }];
    const fields = { topic: 'notifications', partition: 2, offset: '42', headers };
    const one = { ...fields, value: 'not base64', key: 7 };
    expect(write(one, malformed).deadLetter.record).toEqual({
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

  test('has an id that no other record has', () => {
    const ones = [
      null,
      'null',
      {},
      [],
      { offset: 'a' },
      { offset: 'b' },
      record('x', { offset: -1 }),
    ];
    expect(new Set(ones.map((one) => write(one, malformed).deadLetter.id)).size).toBe(ones.length);
  });
});

describe('a record that is too large for SQS', () => {
  test('loses its value, and keeps the size and the hash of it', () => {
    const bytes = Buffer.alloc(2 * MIB, 'x\0é');
    const { deadLetter } = write(record(bytes, { offset: 42, headers: [{ trace: [1] }] }));
    expect(deadLetter).toMatchObject({
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

  test('keeps its value up to the last byte that SQS accepts', () => {
    const padded = (length: number) => record('x', { headers: [{ ['n'.repeat(length)]: null }] });
    const room = MIB - write(padded(0)).bytes;
    expect(write(padded(room))).toMatchObject({ bytes: MIB, deadLetter: { valueOmitted: false } });
    expect(write(padded(room + 1)).deadLetter).toMatchObject({ valueOmitted: true, valueBytes: 1 });
  });

  test('a value that is not base64 is hashed as it came', () => {
    const value = `${'x'.repeat(2 * MIB)}!`;
    expect(write(record('', { value })).deadLetter).toMatchObject({
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
    ['a timestamp type', record('x', { timestampType: huge, offset: undefined })],
    ['a value without an offset', record(Buffer.alloc(MIB), { offset: undefined })],
  ])('fits, however large its parts are: %s', (_, one) => {
    expect(write(one, {}, null).deadLetter.source).toBeNull();
    const { deadLetter, rejected } = write(one);
    expect(deadLetter.valueOmitted).toBe(true);
    expect(deadLetter.record.value).toBeNull();
    expect(deadLetter.record.partition).toBe(0);
    expect(deadLetter.reason).toBe(rejected.reason);
    const came = rejected.record;
    const { topic } = (isMalformed(came) ? came.raw : came) as { topic: string };
    expect(deadLetter.record.topic).toBe(topic === huge ? null : topic);
    for (const { name } of deadLetter.record.headers) expect(name).toBe('trace');
  });

  test('fits, however long its source is', () => {
    const source = Array(100_000).fill('broker.example:9092').join(',');
    expect(source).toContain(write(record('x'), {}, source).deadLetter.source);
  });
});

test('SQS accepts the dead letter of any record', () => {
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
      expect(write(one).deadLetter.id).toBe(write(structuredClone(one)).deadLetter.id);
    }),
  );
});
