import type { Failed, Rejected } from '../../record/fates.ts';
import { isMalformed, type SinkRecord } from '../../record/record.ts';
import type { Ending } from './ledger.ts';

/** Where records go. */
export interface Target {
  /** Takes records; each ends in exactly one of the lists. Never throws. */
  deliver(records: readonly SinkRecord[]): Promise<Delivered>;
  close(): Promise<void>;
}

export interface Delivered {
  /** They are safe where they belong: their letters can be deleted. */
  readonly done: readonly { readonly record: SinkRecord; readonly ending: Ending }[];
  /** Of those, how many were there before, where that is known by number only. */
  readonly repeats: number;
  /** They can never be taken as they are. */
  readonly refused: readonly Refused[];
  /** Nothing is wrong with them: an outage, or a fault of the set-up. */
  readonly failed: readonly Failed[];
}

export interface Refused {
  readonly record: SinkRecord;
  readonly message: string;
  /** Why; null where it is not PostgreSQL or the sink that refuses. */
  readonly rejected: Rejected | null;
}

/** The refusals of the sink and of PostgreSQL. Records that come from Kafka or a dead letter are whole. */
export function refusals(rejected: readonly Rejected[]): Refused[] {
  return rejected.flatMap((one) => {
    const { record, message } = one;
    return isMalformed(record) ? [] : [{ record, message, rejected: one }];
  });
}
