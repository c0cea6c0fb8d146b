import { describe, expect, inject, test } from 'vitest';
import definition from '../../examples/orders/sink.config.ts';
import type { TestDatabase } from '../support/database.ts';
import { watch } from '../support/orders.ts';
import { INVALID, MORE, type Order, VALID } from './support/orders.ts';
import { type Example, throughConsumer, throughHandler, type Way } from './support/ways.ts';

const ORDERS: Example = { definitions: [definition], schema: 'examples/orders/schema.sql' };

const [FIRST, REST] = [VALID.slice(0, 10), VALID.slice(10)];
const MIXED = [...FIRST, ...INVALID.map(([order]) => order), ...REST];
const MIXED_MORE = [...MIXED, ...MORE.slice(VALID.length)];

describe('orders through the handler', () => judge(throughHandler));
describe.skipIf(inject('kafka') === null)('orders from Kafka through the consumer', () =>
  judge(throughConsumer),
);

function judge(createWay: (example: Example) => Promise<Way>): void {
  test.each([
    ['fewer than 50', VALID, 'INSERT'],
    ['more than 50', MORE, 'COPY'],
  ])('%s are stored exactly, and once however often they come', async (_, orders, command) => {
    const { database, queue, send, again } = await createWay(ORDERS);
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
      const { topicOf, database, queue, send, again } = await createWay(ORDERS);
      await send(all);
      const valid = expected(all).filter((row) => !INVALID.some(([order]) => isRowOf(order, row)));
      expect(await readOrders(database)).toEqual(valid);
      const first = await queue.takeDeadLetters();
      const byId = new Map(first.map((deadLetter) => [deadLetter.id, deadLetter]));
      expect(byId.size).toBe(INVALID.length);
      expect(first).toHaveLength(INVALID.length);
      for (const [order, message] of INVALID) {
        const deadLetter = byId.get(`${topicOf('orders')}-0@${all.indexOf(order)}`);
        expect(deadLetter?.message).toMatch(message);
        expect(deadLetter?.record.value).toBe(Buffer.from(order.value ?? '').toString('base64'));
      }
      await again();
      expect(await readOrders(database)).toEqual(valid);
    },
  );
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
