import type { SinkRecord } from './record.ts';
import type { Table, Values } from './table.ts';

/** A record and the row that it becomes. */
export interface RecordRow {
  readonly record: SinkRecord;
  /** In the order of the columns of `table`. */
  readonly row: Values;
  /** Where it belongs. Rows of one table share the object. */
  readonly table: Table;
  /**
   * In a table of states: the columns that the record does not mention, as positions; the row has null there. Absent where it
   * mentions all.
   */
  readonly absent?: readonly number[];
  /** In a table of states: the record says that its key is gone; the row has its key, its version and what else is not of its value. */
  readonly isTombstone?: true;
  /** Of such a record that marks the row: the time, as text that PostgreSQL reads as a timestamptz. */
  readonly deletedAt?: string;
}
