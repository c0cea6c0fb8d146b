import { defineSink, meta, text, timestamptz, uuid } from './src/index.ts';

/** The sink that ships: notifications. A redelivered or replayed record has the same id, so it is stored once. */
export default defineSink({
  topic: 'notifications',
  table: 'notifications',
  key: 'id',
  columns: {
    id: uuid().default(meta.recordId),
    user_id: uuid().sensitive(),
    event_type: text({ min: 1, max: 100 }),
    title: text({ min: 1, max: 500 }).sensitive(),
    body: text({ max: 65_536 }).sensitive(),
    // Java and Go write nanoseconds.
    created_at: timestamptz({ round: true }).default(meta.timestamp),
    source_topic: meta.topic,
    source_partition: meta.partition,
    source_offset: meta.offset,
  },
});
