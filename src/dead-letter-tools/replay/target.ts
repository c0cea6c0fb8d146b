import type { Written } from '../../postgres/write/written.ts';
import type { Failed, Rejected } from '../../record/fates.ts';
import { isMalformed, type SinkRecord } from '../../record/record.ts';
import type { Ending } from './ledger.ts';

/** Where records go. */
export interface Target {
  /** Delivers records. Each of them is then in exactly one of the lists. Never throws. */
  deliver(records: readonly SinkRecord[]): Promise<Delivered>;
  close(): Promise<void>;
}

interface Delivered {
  /** Their records are safe, so their dead letters can be deleted. */
  readonly done: readonly { readonly record: SinkRecord; readonly ending: Ending }[];
  /** How many of those were there before, when only the number is known. */
  readonly repeats: number;
  /** They can never be delivered as they are. */
  readonly refused: readonly Refused[];
  /** Nothing is wrong with them: there is an outage, or the set-up is wrong. */
  readonly failed: readonly Failed[];
}

interface Refused {
  readonly record: SinkRecord;
  readonly message: string;
  /** Why the sink or PostgreSQL rejects it; null when Kafka refuses it, or another record has its key. */
  readonly rejected: Rejected | null;
}

/** What the sink and PostgreSQL reject. Records that come from Kafka or a dead letter are whole. */
export function refusals(rejected: readonly Rejected[]): Refused[] {
  return rejected.flatMap((one) => {
    const { record, message } = one;
    return isMalformed(record) ? [] : [{ record, message, rejected: one }];
  });
}

/** Another record has its key. The sink passes such a record over; a dead letter, which somebody looks after, is kept. */
export function conflicts({ conflicts }: Pick<Written, 'conflicts'>): Refused[] {
  return conflicts.map(({ record }) => ({
    record,
    message: 'another record with its key is in the table',
    rejected: null,
  }));
}
