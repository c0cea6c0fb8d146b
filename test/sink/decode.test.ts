import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import definition from '../../sink.config.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { decodeBase64 } from '../../src/record/base64.ts';
import { decode, decodeInSlices } from '../../src/sink/decode.ts';
import { SINKS } from '../support/notifications.ts';
import {
  incomingOf,
  notification,
  record,
  records,
  sinkRecord,
  TIMESTAMP,
  uuid,
} from '../support/records.ts';
import { fieldsOf } from '../support/rows.ts';

const EMOJI = '😀';
const MARKER = 'MARKER-c0ffee';
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

function decodeRecords(...records: unknown[]) {
  return decode(incomingOf(...records), SINKS.sinkOf, 'dead-letter');
}

/** The row of one record, or the reason and message of its rejection. */
function outcomeOf(one: unknown) {
  const { rows, rejected } = decodeRecords(one);
  return rows[0] ? fieldsOf(rows[0].row) : `${rejected[0]?.reason}: ${rejected[0]?.message}`;
}

/** The same for a notification with these fields. */
const outcomeWith = (fields: Record<string, unknown>) => outcomeOf(record(notification(fields)));

test('a sound notification becomes a row with its coordinates', () => {
  const place = { topic: 'notifications', partition: 3, offset: 42 };
  expect(outcomeOf(record(notification(), place))).toEqual({
    ...notification(),
    source_topic: 'notifications',
    source_partition: '3',
    source_offset: '42',
  });
});

test.each([
  ['headers with signed bytes', { headers: [{ trace: [-128, 127, 0] }, { trace: [-1] }] }],
  ['null headers', { headers: null }],
  ['absent headers', { headers: undefined }],
  ['headers with a null value', { headers: [{ trace: null }] }],
  ['a null key', { key: null }],
  ['an absent key', { key: undefined }],
  ['a key that is not text', { key: Buffer.from([0xff, 0]).toString('base64') }],
  ['a record without a timestamp', { timestamp: -1 }],
])('%s does not matter', (_, fields) => {
  expect(outcomeOf(record(notification(), fields))).toMatchObject(notification());
});

describe('rejected records', () => {
  test.each([
    ['a tombstone', record(null), 'tombstone'],
    ['an absent value', record('', { value: undefined }), 'tombstone'],
    ['bytes that are not UTF-8', record(Buffer.from([0x22, 0xff, 0x22])), 'invalid_utf8'],
    ['a surrogate encoded as UTF-8', record(Buffer.from('22eda08022', 'hex')), 'invalid_utf8'],
    ['an overlong form', record(Buffer.from('22c0af22', 'hex')), 'invalid_utf8'],
    ['an empty value', record(''), 'invalid_json'],
    ['cut-off JSON', record('{"id":'), 'invalid_json'],
    ['a byte order mark', record(`\uFEFF${JSON.stringify(notification())}`), 'invalid_json'],
    ['JSON with something behind it', record('{} {}'), 'invalid_json'],
    ['deep nesting', record(DEEP), 'invalid_value'],
    ['null', record('null'), 'invalid_value'],
    ['an array', record([notification()]), 'invalid_value'],
    ['a string', record('"text"'), 'invalid_value'],
    ['an empty object', record({}), 'invalid_value'],
    ['no object', 'record', 'malformed_record'],
    ['null for a record', null, 'malformed_record'],
    ['no topic', record({}, { topic: undefined }), 'malformed_record'],
    ['an empty topic', record({}, { topic: '' }), 'malformed_record'],
    ['a negative partition', record({}, { partition: -1 }), 'malformed_record'],
    ['no offset', record({}, { offset: undefined }), 'malformed_record'],
    ['an offset in text', record({}, { offset: '1' }), 'malformed_record'],
    ['a fractional offset', record({}, { offset: 0.5 }), 'malformed_record'],
    ['an offset beyond 2^53', record({}, { offset: 2 ** 53 }), 'malformed_record'],
    ['no timestamp', record({}, { timestamp: undefined }), 'malformed_record'],
    ['a fractional timestamp', record({}, { timestamp: 0.5 }), 'malformed_record'],
    ['a key that is not base64', record({}, { key: '{' }), 'malformed_record'],
    ['a key that is a number', record({}, { key: 1 }), 'malformed_record'],
    ['a value that is an object', record({}, { value: {} }), 'malformed_record'],
    ['a value that is not base64', record({}, { value: '{"a":1}' }), 'malformed_record'],
    ['base64 cut off', record({}, { value: 'aGVsbG8' }), 'malformed_record'],
    ['base64 with a space', record({}, { value: 'aGVs bG8=' }), 'malformed_record'],
    ['base64 with a line break', record({}, { value: 'aGVs\nbG8=' }), 'malformed_record'],
    ['base64 with padding inside', record({}, { value: 'aG==bG8=' }), 'malformed_record'],
    ['padding alone', record({}, { value: '====' }), 'malformed_record'],
  ])('%s is told apart', (_, one, reason) => {
    const { rows, rejected } = decodeRecords(one);
    expect(rows).toEqual([]);
    expect(rejected).toMatchObject([{ reason, details: { sqlstate: null, constraint: null } }]);
    // What is wrong, for whoever reads the dead letter: the field, and what it must be.
    expect(rejected[0]?.message).toMatch(/^[a-z_]+: (not|neither|absent|missing|nested)/);
    if (reason !== 'invalid_value') expect(rejected[0]?.details.issues).toEqual([]);
  });

  test('a rejected record costs only itself, and the order is kept', () => {
    const sound = [0, 1, 2].map((n) => record(notification({ id: uuid(n) }), { offset: n }));
    const { rows, rejected } = decodeRecords(
      sound[0],
      record(null),
      sound[1],
      record('{'),
      sound[2],
    );
    expect(rows.map(({ row }) => fieldsOf(row).id)).toEqual([uuid(0), uuid(1), uuid(2)]);
    expect(rejected.map(({ reason }) => reason)).toEqual(['tombstone', 'invalid_json']);
  });

  test.each(['null', '7', '"text"', '[]'])('%s is no notification as a whole', (json) => {
    expect(outcomeOf(record(json))).toBe('invalid_value: value: not a JSON object');
  });

  test('every wrong field is named with its rule', () => {
    const { rejected } = decodeRecords(record({ user_id: 'nobody', event_type: '', title: 7 }));
    expect(rejected[0]).toMatchObject({
      reason: 'invalid_value',
      message:
        'user_id: not a UUID; event_type: not 1 to 100 characters long; title: not a string; body: missing',
      details: {
        sqlstate: null,
        constraint: null,
        issues: [
          { path: 'user_id', message: 'not a UUID' },
          { path: 'event_type', message: 'not 1 to 100 characters long' },
          { path: 'title', message: 'not a string' },
          { path: 'body', message: 'missing' },
        ],
      },
    });
  });

  test('tombstones are dead-lettered or ignored, as the policy says', () => {
    const absent = record('', { value: undefined });
    const incoming = incomingOf(record(null), record(), absent, record('{'));
    expect(decode(incoming, SINKS.sinkOf, 'dead-letter')).toMatchObject({
      rows: [{ record: incoming[1] }],
      rejected: [{ reason: 'tombstone' }, { reason: 'tombstone' }, { reason: 'invalid_json' }],
      passedOver: [],
    });
    expect(decode(incoming, SINKS.sinkOf, 'ignore')).toMatchObject({
      rows: [{ record: incoming[1] }],
      rejected: [{ reason: 'invalid_json' }],
      passedOver: [
        { record: incoming[0], rule: 'tombstone' },
        { record: incoming[2], rule: 'tombstone' },
      ],
    });
  });

  test('nothing that is said about a record holds its data', () => {
    const fields = ['id', 'user_id', 'event_type', 'title', 'body', 'created_at'];
    const long = MARKER.repeat(20_000);
    const wrong = (value: unknown) => Object.fromEntries(fields.map((name) => [name, value]));
    const { rows, rejected } = decodeRecords(
      record(wrong(`${MARKER}\0`)),
      record(wrong({ [MARKER]: MARKER })),
      record(wrong([MARKER])),
      record(wrong(long)),
      record({ ...wrong(undefined), [MARKER]: MARKER }),
      record([MARKER]),
      record(JSON.stringify(MARKER)),
      record(`{"${MARKER}": ${MARKER}`),
      record(`${MARKER}\uFEFF`),
      record(Buffer.from(`${MARKER}\xff`, 'latin1')),
      record({}, { value: MARKER }),
      record({}, { value: { [MARKER]: MARKER } }),
      record({}, { key: [MARKER], headers: [{ [MARKER]: [1] }] }),
      record({}, { offset: MARKER }),
      record({}, { timestamp: MARKER }),
      MARKER,
    );
    expect(rows).toEqual([]);
    expect(rejected).toHaveLength(16);
    for (const { record: _, ...said } of rejected)
      expect(JSON.stringify(said)).not.toContain(MARKER.slice(0, 6));
  });
});

describe('fields', () => {
  test.each([
    ['event_type', 100],
    ['title', 500],
  ])('%s holds 1 to %i characters', (field, most) => {
    for (const good of ['x', 'x'.repeat(most), EMOJI.repeat(most)])
      expect(outcomeWith({ [field]: good })).toHaveProperty(field, good);
    for (const bad of ['', 'x'.repeat(most + 1), EMOJI.repeat(most + 1), `${EMOJI.repeat(most)}x`])
      expect(outcomeWith({ [field]: bad })).toBe(
        `invalid_value: ${field}: not 1 to ${most} characters long`,
      );
  });

  test('body holds at most 65,536 characters, or none', () => {
    for (const good of ['', 'x'.repeat(65_536), EMOJI.repeat(65_536)])
      expect(outcomeWith({ body: good })).toHaveProperty('body', good);
    for (const bad of ['x'.repeat(65_537), EMOJI.repeat(65_537), `x${EMOJI.repeat(65_536)}`])
      expect(outcomeWith({ body: bad })).toBe('invalid_value: body: longer than 65536 characters');
  });

  const ABSENT = new Map<unknown, string>([
    [undefined, 'missing'],
    [null, 'null, and the column is not nullable'],
  ]);
  test.each(['event_type', 'title', 'body'])(
    '%s is refused where PostgreSQL cannot hold it',
    (field) => {
      for (const bad of ['a\0b', '\ud83d', '\ude00', '\ude00\ud83d', `${EMOJI}\ud83d`])
        expect(outcomeWith({ [field]: bad })).toMatch(`invalid_value: ${field}: holds a lone`);
      for (const bad of [undefined, null, 1, true, [], {}])
        expect(outcomeWith({ [field]: bad })).toBe(
          `invalid_value: ${field}: ${ABSENT.get(bad) ?? 'not a string'}`,
        );
      for (const good of ['\u0001', '\uffff', '\ufeff', 'e\u0301', ' ', EMOJI])
        expect(outcomeWith({ [field]: good })).toHaveProperty(field, good);
    },
  );

  test.each(['id', 'user_id'])('%s is a UUID of any version, in either case', (field) => {
    for (const good of [
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
      '0198f3a0-7c1e-7abc-9def-0123456789ab',
      '7c9e6679-7425-90de-044b-e07fc1f90ae7',
    ]) {
      expect(outcomeWith({ [field]: good })).toHaveProperty(field, good);
      expect(outcomeWith({ [field]: good.toUpperCase() })).toHaveProperty(field, good);
    }
    for (const bad of [
      '',
      'nobody',
      '7c9e6679742540de944be07fc1f90ae7',
      '{7c9e6679-7425-40de-944b-e07fc1f90ae7}',
      ' 7c9e6679-7425-40de-944b-e07fc1f90ae7',
      '7c9e6679-7425-40de-944b-e07fc1f90ae7\n',
      '7c9e6679-7425-40de-944b-e07fc1f90aeg',
      1,
      {},
    ])
      expect(outcomeWith({ [field]: bad })).toBe(`invalid_value: ${field}: not a UUID`);
  });

  test('a field that is missing is called missing, and one that is null is called null', () => {
    expect(outcomeWith({ user_id: undefined })).toBe('invalid_value: user_id: missing');
    expect(outcomeWith({ user_id: null })).toBe(
      'invalid_value: user_id: null, and the column is not nullable',
    );
  });

  test('created_at is an ISO 8601 time with an offset', () => {
    for (const good of [
      '2025-10-22T10:00:00Z',
      '2025-10-22T10:00:00.5Z',
      '2025-10-22T10:00:00.123456789Z',
      '2025-10-22T10:00:00+02:00',
      '2025-10-22T10:00:00.123-11:30',
      '2024-02-29T00:00:00-00:00',
    ])
      expect(outcomeWith({ created_at: good })).toHaveProperty('created_at', good);
    for (const [bad, why] of [
      ['', ''],
      ['2025-10-22', ': it has no time of day'],
      ['2025-10-22T10:00:00', ': it has no offset, such as Z or +02:00'],
      ['2025-10-22 10:00:00Z', ': a T must be between date and time of day'],
      ['2025-02-29T00:00:00Z', ': the calendar has no such date'],
      ['2025-13-01T00:00:00Z', ': the calendar has no such date'],
      ['2025-10-22T25:00:00Z', ': hours must be 00 to 23, minutes and seconds 00 to 59'],
      ['2025-10-22T10:00:00Z\n', ''],
      ['now', ''],
      [TIMESTAMP, ": it is a number, which needs its unit in the definition, as epoch: 'ms'"],
      [{}, ''],
    ])
      expect(outcomeWith({ created_at: bad })).toBe(
        `invalid_value: created_at: not an ISO 8601 time with an offset${why}`,
      );
  });

  test.each([undefined, null])('created_at %s takes the timestamp of the record', (absent) => {
    const value = notification({ created_at: absent });
    expect(outcomeOf(record(value))).toHaveProperty('created_at', '2025-10-22T00:00:00.000Z');
    expect(outcomeOf(record(value, { timestamp: 0 }))).toHaveProperty(
      'created_at',
      '1970-01-01T00:00:00.000Z',
    );
    // Later than any date that JavaScript has.
    expect(outcomeOf(record(value, { timestamp: 8.64e15 + 1 }))).toHaveProperty(
      'created_at',
      '275760-09-13T00:00:00.001000Z',
    );
    expect(outcomeOf(record(value, { timestamp: -1 }))).toBe(
      'invalid_value: created_at: missing, and the record has no usable timestamp',
    );
  });

  test('unknown fields are ignored, unless they would take long to parse', () => {
    const row = outcomeOf(record());
    const more = '"extra":{"a":[1]},"inserted_at":"x","source_offset":7,"__proto__":{"id":1}';
    const text = JSON.stringify(notification()).replace('{', `{${more},`);
    expect(outcomeOf(record(text))).toEqual(row);
    expect(outcomeOf(record(text.replace('[1]', DEEP)))).toBe(
      'invalid_value: value: nested more than 2,000 levels deep',
    );
  });
});

describe('a record without an id', () => {
  const idAt = (fields: Record<string, unknown>, id?: null) =>
    (outcomeOf(record(notification({ id }), fields)) as { id: string }).id;

  test('has for good the one that follows from its coordinates and timestamp', () => {
    // Another one would store every redelivered record a second time.
    expect(idAt({ topic: 'notifications', partition: 0, offset: 42 })).toBe(
      'c62e57a3-6c65-5bd0-bd3c-00a213e6344b',
    );
  });

  test('has the same on redelivery, whatever else has changed', () => {
    const changed = { timestampType: 'LOG_APPEND_TIME', key: null, headers: null };
    expect(idAt({ offset: 42, ...changed }, null)).toBe(idAt({ offset: 42 }));
  });

  test('has another one than the record that lay there before its topic was created again', () => {
    expect(idAt({ offset: 42, timestamp: 1 })).not.toBe(idAt({ offset: 42 }));
  });

  test('has one that no other coordinates have', () => {
    const places = ['a', 'a-1', 'a-1-1'].flatMap((topic) =>
      [0, 1, 11].flatMap((partition) => [0, 1, 11].map((offset) => ({ topic, partition, offset }))),
    );
    const { sinkOf } = compileSinks({ ...definition, topic: /a.*/ });
    const records = places.map((place) => record(notification({ id: undefined }), place));
    const { rows } = decode(incomingOf(...records), sinkOf, 'dead-letter');
    expect(new Set(rows.map(({ row: [id] }) => id)).size).toBe(places.length);
  });
});

describe('whatever arrives', () => {
  /** Decoding does not throw, and each record ends in exactly one place. */
  function partitions(list: readonly unknown[]): void {
    const incoming = incomingOf(...list);
    for (const policy of ['dead-letter', 'ignore'] as const) {
      const { rows, rejected, passedOver, failed } = decode(incoming, SINKS.sinkOf, policy);
      const ends = [...rows, ...rejected, ...passedOver, ...failed].map(({ record }) => record);
      expect(ends.length).toBe(incoming.length);
      expect(new Set(ends)).toEqual(new Set(incoming));
      if (policy === 'dead-letter') expect(passedOver).toEqual([]);
    }
  }
  const unknownFields = Object.fromEntries(
    Object.keys(record()).map((name) => [name, fc.anything()]),
  );
  const anyNotification = fc.record(
    Object.fromEntries(
      Object.entries(notification()).map(([name, sound]) => [
        name,
        fc.oneof(fc.constant(sound), fc.jsonValue(), fc.string({ unit: 'binary' })),
      ]),
    ),
    { requiredKeys: [] },
  );

  test('JSON of any shape becomes a row or is rejected', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), anyNotification)), (values) =>
        partitions(values.map((value) => record(JSON.stringify(value)))),
      ),
    );
  });

  test('bytes of any kind become a row or are rejected', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (values) =>
        partitions(values.map((value) => record(value))),
      ),
    );
  });

  test('records of any shape become a row or are rejected', () => {
    const one = fc.oneof(
      fc.anything(),
      fc.record(unknownFields, { requiredKeys: [] }),
      fc.record(unknownFields, { requiredKeys: [] }).map((fields) => record(undefined, fields)),
      fc.string({ unit: 'binary' }).map((value) => record({}, { value })),
    );
    fc.assert(fc.property(fc.array(one), partitions), { numRuns: 300 });
  });

  test('base64 yields the bytes that were encoded, and other text yields nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
    const nearly = fc.string({ unit: fc.constantFrom(...'Aa0+/='), maxLength: 12 });
    const strict = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
    const junk = fc.string({ unit: fc.constantFrom(...'Aa=\n {.é'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(nearly, junk), (text) => {
        expect(decodeBase64(text) !== null).toBe(strict.test(text));
      }),
      { numRuns: 1000 },
    );
  });
});

test('in slices, every record is decoded once and in order, and others get their turn in between', async () => {
  const list = [
    ...records(600),
    record(null, { offset: 600 }),
    record('rejected', { offset: 601 }),
  ];
  const offsets: number[] = [];
  const slices: number[] = [];
  let turns = 0;
  const turn = () => {
    turns += 1;
    if (slices.length < 3) setImmediate(turn);
  };
  setImmediate(turn);
  const { rejected, passedOver } = await decodeInSlices(
    incomingOf(...list),
    SINKS.sinkOf,
    'ignore',
    (rows) => {
      slices.push(rows.length);
      offsets.push(...rows.map(({ row }) => Number(fieldsOf(row).source_offset)));
    },
  );
  expect(offsets).toEqual(Array.from({ length: 600 }, (_, offset) => offset));
  expect(rejected.map(({ reason }) => reason)).toEqual(['invalid_json']);
  expect(passedOver).toHaveLength(1);
  expect(slices.length).toBeGreaterThan(1);
  expect(turns).toBeGreaterThanOrEqual(slices.length - 1);
});

test('values of any length are decoded alike', () => {
  for (const length of [0, 48_000, 49_000, 49_152, 49_153, 65_000]) {
    const bodies = [`${'a'.repeat(length)}é`, 'short'];
    const list = bodies.map((body, offset) =>
      record(notification({ body, id: uuid(offset) }), { offset }),
    );
    expect(decodeRecords(...list).rows.map(({ row }) => fieldsOf(row).body)).toEqual(bodies);
  }
  const broken = [Buffer.alloc(60_000, 0xff), Buffer.from([0x22, 0xc3, 0x22])];
  for (const bytes of broken)
    expect(outcomeOf(record(bytes))).toBe('invalid_utf8: value: not UTF-8');
});

test('U+FFFD itself is text like any other', () => {
  expect(outcomeOf(record(notification({ title: 'a\uFFFDb' })))).toMatchObject({
    title: 'a\uFFFDb',
  });
});

test('a record that was put back onto a topic has the id that it had before, unless its value has one', () => {
  const value = notification({ id: undefined });
  const before = outcomeOf(record(value, { partition: 2, offset: 42 }));
  const origin = Array.from(Buffer.from(`notifications-2@42/${TIMESTAMP}`));
  const putBack = Array.from(Buffer.from('notifications'));
  const headers = [{ 'kafka-pg-sink-origin': origin }, { 'kafka-pg-sink-put-back': putBack }];
  const again = outcomeOf(record(value, { partition: 0, offset: 7, headers }));
  expect(again).toMatchObject({ id: (before as { id: string }).id, source_offset: '7' });
  expect(outcomeOf(record(notification(), { headers }))).toMatchObject({ id: uuid(1) });
});

test.each([
  '2025-01-31T00:00:00Z',
  '2025-02-28T23:59:59.999Z',
  '2025-04-30T12:00+02:00',
  '2025-11-30T12:00-0330',
  '2024-02-29T12:00:00Z',
  '2000-02-29T12:00:00Z',
])('%s is a day of its month', (created_at) => {
  expect(outcomeOf(record(notification({ created_at })))).toMatchObject({ created_at });
});

test.each([
  '2025-01-32T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2025-04-31T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2025-00-10T00:00:00Z',
])('%s is none', (created_at) => {
  expect(outcomeOf(record(notification({ created_at })))).toBe(
    'invalid_value: created_at: not an ISO 8601 time with an offset: the calendar has no such date',
  );
});

describe('records of several topics', () => {
  const { sinkOf } = compileSinks([
    { ...definition, where: (value: unknown) => (value as { title?: string }).title !== 'skip' },
    { ...definition, topic: 'alerts', table: 'alerts' },
  ]);
  const list = [
    sinkRecord(notification({ title: 'a' }), { offset: 1 }),
    sinkRecord(notification({ title: 'b' }), { topic: 'alerts', offset: 2 }),
    sinkRecord(notification({ title: 'skip' }), { offset: 3 }),
    sinkRecord('{', { topic: 'alerts', offset: 4 }),
    sinkRecord(null, { topic: 'payments', offset: 5 }),
    sinkRecord(null, { offset: 6 }),
  ];
  const offsets = (some: readonly { readonly record: object }[]) =>
    some.map(({ record }) => (record as { offset: number }).offset);

  test('are decoded by the definition of their topic, and failed without one', () => {
    const { rows, rejected, passedOver, failed } = decode(list, sinkOf, 'ignore');
    expect(rows.map(({ table }) => table.name)).toEqual([['notifications'], ['alerts']]);
    expect([rows, rejected, passedOver, failed].map(offsets)).toEqual([[1, 2], [4], [3, 6], [5]]);
    expect(passedOver.map(({ rule }) => rule)).toEqual(['where', 'tombstone']);
    expect(failed[0]?.cause).toMatchObject({ name: 'DefinitionError', retriable: false });
  });

  test('a few at a time have the same fates', async () => {
    const rows: { readonly record: object }[] = [];
    const take = (some: typeof rows) => rows.push(...some);
    const all = await decodeInSlices(list, sinkOf, 'ignore', take as never);
    expect([rows, all.rejected, all.passedOver, all.failed].map(offsets)).toEqual([
      [1, 2],
      [4],
      [3, 6],
      [5],
    ]);
  });
});
