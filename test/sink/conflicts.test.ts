import { describe, expect, test } from 'vitest';
import definition from '../../sink.config.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { defineSink, json, jsonb, key, meta, numeric, text } from '../../src/index.ts';
import type { IncomingRecord, SinkRecord } from '../../src/record/record.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createSetup } from '../doctor/support/setup.ts';
import { notification, sinkRecord, uuid } from '../support/records.ts';
import { createDirectSink } from '../support/sink.ts';

/** Without coordinates: what is in the record alone tells whether it is the same. */
const ITEMS = defineSink({
  topic: 'items',
  table: 'items',
  key: 'sku',
  columns: {
    sku: text().from(key()),
    price: numeric({ precision: 12, scale: 2 }),
    tags: jsonb().nullable(),
    raw: json().nullable(),
    note: text().nullable(),
  },
});
const ITEMS_TABLE =
  'CREATE TABLE items (sku text PRIMARY KEY, price numeric(12,2), tags jsonb, raw json, note text)';

async function open(sinks: unknown, ddl = '') {
  const { sink, database, queue } = await createDirectSink({}, compileSinks(sinks));
  if (ddl !== '') await database.query(ddl);
  return { database, queue, send: sender(sink) };
}

/** Sends one batch, and gives the offsets by fate. */
function sender(sink: Awaited<ReturnType<typeof createDirectSink>>['sink']) {
  return async (...records: readonly SinkRecord[]) => {
    const deadline = startDeadline(20_000);
    const fates = await sink({ records, size: records.length, source: null }, deadline);
    deadline.clear();
    const offsets = (list: readonly { readonly record: IncomingRecord }[]) =>
      list.map(({ record }) => (record as SinkRecord).offset).sort((a, b) => a - b);
    return {
      stored: fates.stored.map(({ offset }) => offset).sort((a, b) => a - b),
      passedOver: offsets(fates.passedOver),
      deadLettered: offsets(fates.deadLettered),
      failed: offsets(fates.failed),
      rules: [...new Set(fates.passedOver.map(({ rule }) => rule))],
    };
  };
}

const NONE = { stored: [], passedOver: [], deadLettered: [], failed: [], rules: [] };
const item = (offset: number, sku: string, fields: Record<string, unknown>) =>
  sinkRecord({ price: '1.00', ...fields }, { topic: 'items', offset, key: Buffer.from(sku) });
const more = (count: number) =>
  Array.from({ length: count }, (_, n) => item(1000 + n, `more-${n}`, {}));
const MORE = Array.from({ length: 60 }, (_, n) => 1000 + n);

describe('a key that is there already', () => {
  test.each([0, 60])(
    'is that of the same record when all of its content is equal, among %i others',
    async (others) => {
      const { send, database } = await open(ITEMS, ITEMS_TABLE);
      const fields = { tags: { a: 1.0, b: [] }, raw: { b: 1, a: 'é' }, note: 'null' };
      await send(item(0, 'a', fields), item(1, 'b', {}));
      // The same again: a redelivery, and by a producer that sent it twice.
      const again = await send(
        item(0, 'a', fields),
        item(7, 'b', { price: '1', tags: null }),
        ...more(others),
      );
      expect(again).toEqual({ ...NONE, stored: [0, 7, ...MORE.slice(0, others)] });
      expect(await database.query('SELECT count(*)::int FROM items')).toEqual([
        { count: 2 + others },
      ]);
    },
  );

  test.each([0, 60])(
    'is a conflict when anything of the content differs, among %i others',
    async (others) => {
      const { send, database } = await open(ITEMS, ITEMS_TABLE);
      await send(...['a', 'b', 'c', 'd'].map((sku, offset) => item(offset, sku, { note: '' })));
      const fates = await send(
        item(10, 'a', { price: '1.01', note: '' }),
        item(11, 'b', { note: null }),
        item(12, 'c', { note: '', tags: null, raw: ' 1' }),
        item(13, 'd', { note: '', tags: [] }),
        item(14, 'e', {}),
        ...more(others),
      );
      expect(fates).toEqual({
        ...{ ...NONE, rules: ['conflict'] },
        stored: [14, ...MORE.slice(0, others)],
        passedOver: [10, 11, 12, 13],
      });
      expect(
        await database.query('SELECT DISTINCT price, note FROM items WHERE sku < $1', ['e']),
      ).toEqual([{ price: '1.00', note: '' }]);
    },
  );

  test('is a conflict within one batch too, and the first record is stored', async () => {
    const { send, database } = await open(ITEMS, ITEMS_TABLE);
    const fates = await send(item(0, 'a', { note: 'first' }), item(1, 'a', { note: 'second' }));
    expect(fates).toEqual({ ...NONE, stored: [0], passedOver: [1], rules: ['conflict'] });
    expect(await database.query('SELECT note FROM items')).toEqual([{ note: 'first' }]);
  });

  test('is that of the same record when the coordinates are equal, though the row was changed since', async () => {
    const { send, database } = await open(definition);
    const record = (offset: number, fields = {}) => sinkRecord(notification(fields), { offset });
    await send(record(1));
    await database.query("UPDATE notifications SET title = 'changed by the application'");
    expect(await send(record(1))).toEqual({ ...NONE, stored: [1] });
    expect(await send(record(2))).toEqual({ ...NONE, passedOver: [2], rules: ['conflict'] });
  });

  test('counts as the same record when the user may not read the columns', async () => {
    const { database, env, user } = await createSetup();
    await database.query(`REVOKE SELECT (title) ON notifications FROM ${user}`);
    const record = (offset: number, title: string) =>
      sinkRecord(notification({ title }), { offset });
    const { sink } = await createDirectSink(env);
    const send = sender(sink);
    await send(record(1, 'first'));
    expect(await send(record(2, 'second'))).toEqual({ ...NONE, stored: [2] });
    expect(await database.query('SELECT title FROM notifications')).toEqual([{ title: 'first' }]);
  });
});

describe("onConflict: 'dead-letter'", () => {
  const STRICT = { ...definition, write: { onConflict: 'dead-letter' } } as const;

  test('dead-letters the other record, and never a redelivery', async () => {
    const { send, queue } = await open(STRICT);
    const record = (offset: number, fields = {}) =>
      sinkRecord(notification({ id: uuid(1), ...fields }), { offset });
    await send(record(1));
    expect(await send(record(1), record(2, { title: 'another' }))).toEqual({
      ...NONE,
      stored: [1],
      deadLettered: [2],
    });
    expect(await queue.takeDeadLetters()).toMatchObject([
      {
        id: 'notifications-0@2',
        reason: 'key_conflict',
        message: 'another record with its key is in the table',
      },
    ]);
  });

  test('fails the records while PostgreSQL cannot tell: none is taken for another', async () => {
    const { database, env, user } = await createSetup();
    await database.query(`REVOKE SELECT (title) ON notifications FROM ${user}`);
    const record = (offset: number) => sinkRecord(notification({ title: `${offset}` }), { offset });
    const { sink } = await createDirectSink(env, compileSinks(STRICT));
    const send = sender(sink);
    expect(await send(record(1))).toEqual({ ...NONE, stored: [1] });
    expect(await send(record(1), record(2))).toEqual({ ...NONE, failed: [1, 2] });
    await database.query(`GRANT SELECT ON notifications TO ${user}`);
    expect(await send(record(1), record(2))).toEqual({ ...NONE, stored: [1], deadLettered: [2] });
  });
});

describe('an origin header that was copied onto many records', () => {
  const copies = (putBack: string) =>
    ['a', 'b', 'c'].map((title, index) =>
      sinkRecord(notification({ id: undefined, title }), {
        offset: 5 + index,
        headers: [
          { name: 'kafka-pg-sink-origin', value: Buffer.from('notifications-0@1/1761091200000') },
          { name: 'kafka-pg-sink-put-back', value: Buffer.from(putBack) },
        ],
      }),
    );

  test('from another topic counts for nothing: each record is stored', async () => {
    const { send } = await open(definition);
    expect(await send(...copies('orders'))).toEqual({ ...NONE, stored: [5, 6, 7] });
  });

  test('in its own topic makes conflicts of all but the first', async () => {
    const { send } = await open(definition);
    expect(await send(...copies('notifications'))).toEqual({
      ...{ ...NONE, rules: ['conflict'] },
      stored: [5],
      passedOver: [6, 7],
    });
  });
});

test('meta columns alone need no content to compare', async () => {
  const sink = defineSink({
    topic: 'items',
    table: 'seen',
    key: 'sku',
    columns: { sku: text().from(key()), at: meta.offset },
  });
  const { send } = await open(sink, 'CREATE TABLE seen (sku text PRIMARY KEY, at bigint)');
  await send(item(0, 'a', {}));
  expect(await send(item(1, 'a', {}))).toEqual({ ...NONE, stored: [1] });
});
