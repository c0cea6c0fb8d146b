import { bigint, defineSink, key, meta, text, timestamptz } from '../../src/index.ts';

/**
 * Customers of a compacted topic: a record is the newest state of its key, and one without a value says that the customer is gone.
 * Its row stays, marked, so that no old record brings it back.
 */
export default defineSink({
  topic: 'customers',
  table: 'shop.customers',
  key: 'customer_id',
  columns: {
    customer_id: bigint().from(key('customerId')),
    full_name: text().nullable().sensitive(),
    email: text().nullable().sensitive(),
    city: text().nullable(),
    registered_at: timestamptz().nullable(),
    source_timestamp: meta.timestamp,
    source_offset: meta.offset,
  },
  fields: 'camelCase',
  write: {
    mode: 'upsert',
    version: ['source_timestamp', 'source_offset'],
    tombstones: { softDelete: 'deleted_at' },
    absent: 'keep',
    update: ['full_name', 'email', 'city', 'source_timestamp', 'source_offset'],
  },
});
