import { column, type MetaColumn } from './column.ts';
import { META_TYPES, type MetaName } from './sources.ts';

const of = <Name extends MetaName>(name: Name) =>
  column({ type: META_TYPES[name], from: { meta: name } }) as MetaColumn;

/** What Kafka says of a record. Each is a column of its type; `.from()` and `.default()` of other columns take it too. */
export const meta = {
  topic: of('topic'),
  partition: of('partition'),
  offset: of('offset'),
  /** The record's timestamp; in a column of whole numbers, milliseconds since 1970. Absent when it has none. */
  timestamp: of('timestamp'),
  /** `CREATE_TIME` or `LOG_APPEND_TIME`. */
  timestampType: of('timestampType'),
  /** A UUID that a redelivered or replayed record has again, and no other record. */
  recordId: of('recordId'),
} as const;
