import { defineSink, meta, rest } from 'kafka-pg-sink';

export default defineSink({
  topic: '{{topic}}',
  table: '{{table}}',
  // Decide: what tells one record from another. This id is the same for a record that comes twice; where the
  // messages have a number of their own, take that: `order_id: bigint().from('orderId')`, and `key: 'order_id'`.
  key: 'id',
  // Decide: where a record is the newest state of its key, as on a compacted topic, a newer one overwrites its row:
  // write: { mode: 'upsert', version: 'updated_at' },
  columns: {
    id: meta.recordId,
    // Decide: a column for each field that SQL asks for: `total: numeric({ precision: 12, scale: 2 })`.
    data: rest(), // all fields that no other column takes
    source_partition: meta.partition,
    source_offset: meta.offset,
  },
});
