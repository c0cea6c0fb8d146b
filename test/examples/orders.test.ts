import { readFileSync } from 'node:fs';
import { describe, expect, inject, test, vi } from 'vitest';
import definition from '../../examples/orders/sink.config.ts';
import { compileSink } from '../../src/definition/sinks.ts';
import type { BatchResponse } from '../../src/lambda/event.ts';
import type { Sink } from '../../src/sink/sink.ts';
import type { TestDatabase } from '../support/database.ts';
import { watch } from '../support/orders.ts';
import type { TestQueue } from '../support/queue.ts';
import { eventOf, record, TIMESTAMP } from '../support/records.ts';
import { createDirectSink, createSink } from '../support/sink.ts';
import { createTestTopic } from '../support/topic.ts';
import { INVALID, MORE, type Order, VALID } from './support/orders.ts';

const ORDERS = compileSink(definition);
const TABLE = { DATABASE_TABLE: 'shop.orders' };
const [SCHEMA = ''] = readFileSync(
  new URL('../../examples/orders/schema.sql', import.meta.url),
  'utf8',
).split('-- Down Migration');
const [FIRST, REST] = [VALID.slice(0, 10), VALID.slice(10)];
const MIXED = [...FIRST, ...INVALID.map(([order]) => order), ...REST];
const MIXED_MORE = [...MIXED, ...MORE.slice(VALID.length)];

/** A way of orders to the table. */
interface Way {
  readonly topic: string;
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** Sends orders, from offset 0, until each is stored or dead-lettered. */
  send(orders: readonly Order[]): Promise<void>;
  /** Has the same records come again. */
  again(): Promise<void>;
}

describe('orders through the handler', () => judge(throughHandler));
describe.skipIf(inject('kafka') === null)('orders from Kafka through the consumer', () =>
  judge(throughConsumer),
);

function judge(createWay: () => Promise<Way>): void {
  test.each([
    ['fewer than 50', VALID, 'INSERT'],
    ['more than 50', MORE, 'COPY'],
  ])('%s are stored exactly, and once however often they come', async (_, orders, command) => {
    const { database, queue, send, again } = await createWay();
    const commands = await watch(database);
    await send(orders);
    expect(await commands()).toEqual([command]);
    const rows = await readOrders(database);
    expect(rows).toEqual(expected(orders));
    await again();
    expect(await readOrders(database)).toEqual(rows);
    expect(await queue.takeDeadLetters()).toEqual([]);
  });

  test.each([
    ['fewer than 50', MIXED],
    ['more than 50', MIXED_MORE],
  ])(
    'invalid ones among %s end as dead letters that say why, and stop no other',
    async (_, all) => {
      const { topic, database, queue, send, again } = await createWay();
      await send(all);
      const valid = expected(all).filter((row) => !INVALID.some(([order]) => isRowOf(order, row)));
      expect(await readOrders(database)).toEqual(valid);
      const first = await queue.takeDeadLetters();
      const byId = new Map(first.map((deadLetter) => [deadLetter.id, deadLetter]));
      expect(byId.size).toBe(INVALID.length);
      expect(first).toHaveLength(INVALID.length);
      for (const [order, message] of INVALID) {
        const deadLetter = byId.get(`${topic}-0@${all.indexOf(order)}`);
        expect(deadLetter?.message).toMatch(message);
        expect(deadLetter?.record.value).toBe(Buffer.from(order.value).toString('base64'));
      }
      await again();
      expect(await readOrders(database)).toEqual(valid);
    },
  );
}

async function throughHandler(): Promise<Way> {
  const { handle, database, queue } = await createSink(TABLE, ORDERS);
  await database.query(SCHEMA);
  let event: unknown;
  const again = async () => {
    const none: BatchResponse = { batchItemFailures: [] };
    expect(await handle(event)).toEqual(none);
  };
  return {
    ...{ topic: 'orders', database, queue, again },
    async send(orders) {
      event = eventOf(
        orders.map(({ tenant, key, value }, offset) =>
          record(value, {
            ...{ topic: 'orders', offset, key: Buffer.from(key).toString('base64') },
            headers: tenant === null ? null : [{ tenant: [...new Int8Array(Buffer.from(tenant))] }],
          }),
        ),
      );
      await again();
    },
  };
}

async function throughConsumer(): Promise<Way> {
  const topic = await createTestTopic();
  const { sink, database, queue } = await createDirectSink(TABLE, ORDERS);
  await database.query(SCHEMA);
  let sent = 0;
  let groups = 0;
  /** Reads the topic from its beginning, in a group of its own. */
  async function consume(): Promise<void> {
    let done = 0;
    const counting: Sink = async (batch, deadline) => {
      const fates = await sink(batch, deadline);
      done += fates.stored.length + fates.deadLettered.length;
      return fates;
    };
    groups += 1;
    const consumer = topic.consumer(counting, { KAFKA_GROUP_ID: `${topic.name}-${groups}` });
    await consumer.start();
    await vi.waitFor(() => expect(done).toBe(sent), { timeout: 20_000, interval: 20 });
    await consumer.stop();
    expect(done).toBe(sent);
  }
  return {
    ...{ topic: topic.name, database, queue, again: consume },
    async send(orders) {
      sent = orders.length;
      await topic.produce(
        orders.map(({ tenant, key, value }) => ({
          ...{ partition: 0, timestamp: BigInt(TIMESTAMP) },
          ...{ key: Buffer.from(key), value: Buffer.from(value) },
          headers: new Map(tenant === null ? [] : [[Buffer.from('tenant'), Buffer.from(tenant)]]),
        })),
      );
      await consume();
    },
  };
}

type Row = Readonly<Record<string, string | null>>;

/** All rows, in the order of their offsets, each value as text. */
async function readOrders({ query }: TestDatabase): Promise<Row[]> {
  const iso = (name: string) =>
    `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS ${name}`;
  return query(
    `SELECT tenant_id, order_id::text, customer_email, total::text, status::text, items::text, note,
            ${iso('placed_at')}, ${iso('source_timestamp')}, source_offset::text, extra::text
       FROM shop.orders ORDER BY orders.source_offset`,
  );
}

/** The rows that these orders must become when they come from offset 0 on. */
function expected(orders: readonly Order[]): Row[] {
  return orders.map(({ row }, offset) => ({
    ...row,
    ...{ source_timestamp: '2025-10-22T00:00:00.000000', source_offset: String(offset) },
  }));
}

function isRowOf(order: Order, { tenant_id, order_id }: Row): boolean {
  return order.row.tenant_id === tenant_id && order.row.order_id === order_id;
}
