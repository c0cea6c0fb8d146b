import {
  bigint,
  defineSink,
  header,
  jsonb,
  key,
  meta,
  numeric,
  pgEnum,
  rest,
  text,
  timestamptz,
  varchar,
} from '../../src/index.ts';

/** Orders of several tenants: the header says whose an order is, the record's key which one. */
export default defineSink({
  topic: 'orders',
  table: 'shop.orders',
  key: ['tenant_id', 'order_id'],
  columns: {
    tenant_id: text().from(header('tenant')),
    order_id: bigint().from(key('orderId')),
    customer_email: varchar({ length: 320 }).from('customer.email').sensitive(),
    total: numeric({ precision: 12, scale: 2 }),
    status: pgEnum('shop.order_status'),
    items: jsonb(),
    note: text().nullable(),
    placed_at: timestamptz({ epoch: 'ms' }).from('placedAt'),
    source_timestamp: meta.timestamp,
    source_offset: meta.offset,
    extra: rest(),
  },
});
