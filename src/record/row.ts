import type { SinkRecord } from './record.ts';
import type { Table, Values } from './table.ts';

/** A record and the row that it becomes. */
export interface RecordRow {
  readonly record: SinkRecord;
  /** In the order of the columns of `table`. */
  readonly row: Values;
  /** Where it belongs. Rows of one table share the object. */
  readonly table: Table;
}
