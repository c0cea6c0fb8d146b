import type { SinkRecord } from '../../record/record.ts';
import type { Values } from '../../record/table.ts';

/** A record that is to be inserted. */
export interface Item {
  readonly record: SinkRecord;
  /** The key of the row. */
  readonly key: string;
  readonly row: Values;
}
