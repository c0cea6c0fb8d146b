import { expect, test } from 'vitest';
import {
  bigint,
  defineSink,
  defineSinks,
  header,
  key,
  meta,
  numeric,
  pgEnum,
  text,
  timestamptz,
  varchar,
} from '../../src/index.ts';

/**
 * `tsc` checks these. Nothing is silenced: a line that expects an error is itself an error as soon as TypeScript accepts
 * what follows it, so each asserts that a mistake is refused, and says which.
 */
const columns = {
  tenant_id: text().from(header('tenant')),
  order_id: bigint().from(key('orderId')),
  note: text().nullable(),
  total: numeric({ precision: 12, scale: 2 }),
  created: timestamptz().dbDefault(),
  offset: meta.offset,
};
const place = { topic: 'orders', table: 'shop.orders' } as const;

test('a definition is what was given', () => {
  const definition = { ...place, key: ['tenant_id', 'order_id', 'offset'], columns } as const;
  expect(defineSink(definition)).toBe(definition);
  expect(defineSink({ ...place, key: 'order_id', columns }).key).toBe('order_id');
  expect(
    defineSinks([
      { ...place, key: 'a', columns: { a: text() } },
      { ...place, key: ['b'], columns: { b: text().default(meta.recordId) } },
    ]),
  ).toHaveLength(2);
});

test('TypeScript refuses mistakes', () => {
  // @ts-expect-error: no such column
  defineSink({ ...place, key: 'orderid', columns });
  // @ts-expect-error: no such column in a list
  defineSink({ ...place, key: ['tenant_id', 'orderid'], columns });
  // @ts-expect-error: the column can be NULL
  defineSink({ ...place, key: ['note'], columns });
  // @ts-expect-error: the sink may not know the value
  defineSink({ ...place, key: 'created', columns });
  // @ts-expect-error: no key
  defineSink({ ...place, columns });
  // @ts-expect-error: a typo
  defineSink({ ...place, key: 'order_id', columns, wehre: () => true });
  // @ts-expect-error: no such way
  defineSink({ ...place, key: 'order_id', columns, fields: 'snake_case' });
  // @ts-expect-error: not built yet
  defineSink({ ...place, key: 'order_id', columns, write: { mode: 'upsert' } });
  // @ts-expect-error: no column
  defineSink({ ...place, key: 'a', columns: { a: 'text' } });
  defineSinks([
    { ...place, key: 'a', columns: { a: text() } },
    // @ts-expect-error: a column of the other definition
    { ...place, key: 'a', columns: { b: text() } },
  ]);
  // @ts-expect-error: no length
  varchar({});
  // @ts-expect-error: a typo
  varchar({ lenght: 3 });
  // @ts-expect-error: no such unit
  timestamptz({ epoch: 'min' });
  // @ts-expect-error: no such option
  text({ length: 3 });
  // @ts-expect-error: no name
  pgEnum();
  // @ts-expect-error: neither path nor source
  text().from(7);
  // @ts-expect-error: no such thing
  text().from(meta.ofset);
  expect(true).toBe(true);
});
