import type { SinkRecord } from '../../record/record.ts';
import type { Values } from '../../record/table.ts';

/** The order of their keys. */
export const byKey = (a: Pick<Item, 'key'>, b: Pick<Item, 'key'>): number =>
  a.key < b.key ? -1 : Number(a.key > b.key);

/** A record that is to be inserted. */
export interface Item {
  readonly record: SinkRecord;
  /** The key of the row. */
  readonly key: string;
  readonly row: Values;
}
