import type { SinkRecord } from './record.ts';
import type { Values } from './table.ts';

/** A record and the row that it becomes. */
export interface RecordRow {
  readonly record: SinkRecord;
  readonly row: Values;
}
