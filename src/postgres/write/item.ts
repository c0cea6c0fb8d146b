import type { SinkRecord } from '../../record/record.ts';

/** A record that is to be inserted. */
export interface Item {
  readonly record: SinkRecord;
  /** The key of the row. */
  readonly key: string;
  /** The row as the insert takes it. Written once, as it may be sent several times. */
  readonly json: string;
}
