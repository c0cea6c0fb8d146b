import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pretty, showBytes } from '../../src/dead-letter-tools/print/pretty.ts';
import { MASK_ALL, type Rule, SHOW_ALL } from '../../src/dead-letter-tools/print/redaction.ts';

const OPEN = { redaction: null };
const all = MASK_ALL;
const NOTHING = { redaction: { value: all, key: all, header: () => all, row: all } };

const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64');

function deadLetter(fields: {
  key?: string | null;
  value?: string | null;
  headers?: { name: string; value: string | null }[];
}) {
  const coordinates = { topic: 'a', partition: 0, offset: 1, timestamp: 0 };
  const record = { ...coordinates, timestampType: null, key: null, value: null, headers: [] };
  return { record: { ...record, ...fields }, valueOmitted: false };
}

const shown = (content: string | Buffer, options: { rule?: Rule; most?: number } = {}) =>
  showBytes(Buffer.from(content), { rule: null, ...options });

describe('shows', () => {
  test('JSON over lines', () => {
    expect(shown('{"id":"x","tags":[1,{"a":null}],"none":{},"empty":[ ]}')).toEqual({
      what: 'JSON, 54 bytes',
      text: `{
  "id": "x",
  "tags": [
    1,
    {
      "a": null
    }
  ],
  "none": {},
  "empty": []
}`,
    });
  });

  test('JSON as it is written: long numbers, names that are there twice, escapes', () => {
    expect(shown('{"n":12345678901234567890,"a":1.0,"a":"\\u00e9\\n"}').text).toBe(
      '{\n  "n": 12345678901234567890,\n  "a": 1.0,\n  "a": "\\u00e9\\n"\n}',
    );
  });

  test.each(['user-1', '"a text"', '12', '{"torn":', ''])('text: %s', (text) => {
    expect(shown(text)).toEqual({ what: `text, ${text.length} bytes`, text });
  });

  test('bytes that are not text, with offsets and printable characters', () => {
    expect(shown(Buffer.from([...Buffer.from('abcdefghijklmnop'), 0, 255, 27]))).toEqual({
      what: 'bytes, 19 bytes',
      text: [
        '00000000  61 62 63 64 65 66 67 68  69 6a 6b 6c 6d 6e 6f 70  |abcdefghijklmnop|',
        '00000010  00 ff 1b                                          |...|',
      ].join('\n'),
    });
  });

  test('key, headers and value of a dead letter', () => {
    const headers = [
      { name: 'trace', value: base64('abc') },
      { name: 'trace', value: null },
    ];
    expect(pretty(deadLetter({ key: base64('k'), headers }), OPEN)).toEqual({
      key: { what: 'text, 1 byte', text: 'k' },
      headers: [
        { name: 'trace', value: { what: 'text, 3 bytes', text: 'abc' } },
        { name: 'trace', value: { what: 'none', text: null } },
      ],
      value: { what: 'none', text: null },
    });
  });

  test('a value of a malformed record, which is not base64', () => {
    expect(pretty(deadLetter({ value: 'not base64!' }), OPEN).value).toEqual({
      what: 'not base64, 11 characters',
      text: 'not base64!',
    });
  });

  test('that the value was left out of the dead letter', () => {
    const valueSha256 = createHash('sha256').update('').digest('hex');
    const omitted = { ...deadLetter({}), valueOmitted: true, valueBytes: 1_500_000, valueSha256 };
    expect(pretty(omitted, OPEN).value).toEqual({
      what: `left out of the dead letter (1,500,000 bytes, SHA-256 ${valueSha256}): Kafka has it`,
      text: null,
    });
  });
});

describe('shows the beginning and says how much more there is', () => {
  test('of JSON', () => {
    expect(shown(JSON.stringify({ a: 'x'.repeat(100) }), { most: 20 }).text).toBe(
      `{\n  "a": "${'x'.repeat(10)}\n… 92 characters more`,
    );
  });

  test('of text, never in the middle of a character', () => {
    expect(shown('abc😀def', { most: 4 }).text).toBe('abc\n… 5 characters more');
  });

  test('of bytes', () => {
    const text = shown(Buffer.alloc(1000), { most: 160 }).text ?? '';
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toMatch(/\n… 968 bytes more$/);
  });

  test('of a value as large as a message can be, and as deep', () => {
    expect(shown('['.repeat(400_000) + ']'.repeat(400_000)).text?.length).toBeLessThan(17_000);
    const deep = `{"a":${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}}`;
    expect(shown(deep, { rule: MASK_ALL }).text?.length).toBeLessThan(17_000);
  });
});

test('no content can steer the terminal', () => {
  const evil = '\u001b]0;title\u0007\u001b[2J\u009b31m\r\u202e\u2028\u007f\u200b';
  const harmless = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u;
  for (const content of [evil, JSON.stringify({ [evil]: evil }), `{"a":"\u009b\u202e"}`]) {
    const key = base64(content);
    const seen = pretty(
      deadLetter({ key, value: content, headers: [{ name: evil, value: key }] }),
      OPEN,
    );
    for (const text of [seen.key.text, seen.value.text, seen.headers[0]?.name])
      expect(text?.replaceAll('\n', '')).toMatch(harmless);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(shown(Buffer.from(bytes)).text?.replaceAll('\n', '')).toMatch(harmless);
    }),
  );
});

describe('redacted', () => {
  test.each([
    ['text', 'secret', 'text, 6 bytes (redacted)'],
    ['a text in quotes', '"secret"', 'text, 8 bytes (redacted)'],
    ['a number, which may be a user', '12', 'text, 2 bytes (redacted)'],
    ['incomplete JSON', '{"title":"secret"', 'text, 17 bytes (redacted)'],
    ['bytes', Buffer.from('secret\0'), 'bytes, 7 bytes (redacted)'],
  ])('%s is hidden, and its length is shown', (_case, content, what) => {
    expect(shown(content, { rule: MASK_ALL })).toEqual({ what, text: null });
  });

  test('a key, a header and a value that is not base64 are hidden too', () => {
    const headers = [{ name: 'user', value: base64('secret') }];
    const seen = pretty(deadLetter({ key: base64('secret'), value: 'secret!', headers }), NOTHING);
    expect(JSON.stringify(seen)).not.toContain('secret');
    expect(seen.value.what).toBe('not base64, 7 characters (redacted)');
  });

  test('text that a column takes as a whole is shown, and text of which it takes a field is not', () => {
    const what = 'text, 6 bytes';
    expect(shown('tenant', { rule: SHOW_ALL })).toEqual({ what, text: 'tenant' });
    const rule = { masked: [], shown: [['id']], rest: true };
    expect(shown('secret', { rule })).toEqual({ what: `${what} (redacted)`, text: null });
  });
});
