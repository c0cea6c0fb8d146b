import {
  bigint,
  boolean,
  date,
  defineSinks,
  doublePrecision,
  header,
  inet,
  meta,
  numeric,
  pgEnum,
  rest,
  text,
  timestamptz,
  uuid,
  varchar,
} from '../../src/index.ts';

/** What the site says of a page view, as far as it is asked here. */
interface PageView {
  readonly client?: { readonly bot?: boolean };
}

/** Three topics of a small shop, each into a table of its own. */
export default defineSinks([
  {
    // The customers of several tenants. The fields are written in camelCase: tenantId, customerId, fullName.
    topic: 'customers',
    table: 'shop.customers',
    fields: 'camelCase',
    key: ['tenant_id', 'customer_id'],
    columns: {
      tenant_id: uuid(),
      customer_id: uuid(),
      full_name: text({ min: 1, max: 200 }).sensitive(),
      email: varchar({ length: 320 }).sensitive(),
      birth_date: date().nullable().sensitive(),
      tags: text().array().default([]),
      newsletter: boolean().default(false),
      created_at: timestamptz(),
    },
  },
  {
    // A payment must come once. Another one with its number is a mistake that somebody has to look at.
    topic: 'payments',
    table: 'shop.payments',
    key: ['provider', 'payment_id'],
    columns: {
      provider: text({ min: 1 }).from(header('provider')),
      payment_id: bigint().from('id'),
      amount: numeric({ precision: 12, scale: 2 }),
      method: pgEnum('shop.payment_method', ['card', 'transfer', 'cash']),
      paid_at: timestamptz({ epoch: 's' }).from('paidAt'),
      source_partition: meta.partition,
      source_offset: meta.offset,
      source_timestamp: meta.timestamp,
    },
    write: { onConflict: 'dead-letter' },
  },
  {
    // Page views have no id. A view that is delivered again gets the same one, and so is stored once. Bots are left out.
    topic: 'page-views',
    table: 'shop.page_views',
    key: 'id',
    where: (view) => (view as PageView | null)?.client?.bot !== true,
    columns: {
      id: meta.recordId,
      path: text({ max: 2000 }).from('page.path'),
      client_ip: inet().nullable().from('client.ip').sensitive(),
      seconds: doublePrecision().nullable(),
      viewed_at: timestamptz({ epoch: 'ms' }).from('at').default(meta.timestamp),
      details: rest(),
    },
  },
]);
