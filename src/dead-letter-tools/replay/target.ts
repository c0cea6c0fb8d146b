import type { Delivery } from '../../lambda/read-event.ts';
import type { Failed, Rejected } from '../../record/fates.ts';
import type { Ending } from './ledger.ts';

/** Where records go. */
export interface Target {
  /** Delivers records. Each of them is then in exactly one of the lists. Never throws. */
  deliver(deliveries: readonly Delivery[]): Promise<Delivered>;
  close(): Promise<void>;
}

interface Delivered {
  /** Their records are safe, so their dead letters can be deleted. */
  readonly done: readonly { readonly delivery: Delivery; readonly ending: Ending }[];
  /** How many of those were there before, when only the number is known. */
  readonly repeats: number;
  /** They can never be delivered as they are. */
  readonly refused: readonly Refused[];
  /** Nothing is wrong with them: there is an outage, or the set-up is wrong. */
  readonly failed: readonly Failed[];
}

interface Refused extends Pick<Rejected, 'delivery' | 'message'> {
  /** Why the sink or PostgreSQL rejects it; null when Kafka refuses it. */
  readonly rejected: Rejected | null;
}
