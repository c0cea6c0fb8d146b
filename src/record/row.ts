import type { SinkRecord } from './record.ts';

/** A row by column, each value in a form that PostgreSQL reads as the column's type. */
export type Row = Readonly<Record<string, string | number>>;

/** A record and the row that it becomes. */
export interface RecordRow {
  readonly record: SinkRecord;
  readonly row: Row;
}
