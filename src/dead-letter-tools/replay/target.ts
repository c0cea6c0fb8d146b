import type { Delivery } from '../../lambda/read-event.ts';
import type { Failed, Rejected } from '../../record/fates.ts';
import type { Ending } from './ledger.ts';

/** Where records go. */
export interface Target {
  /** Takes records; each ends in exactly one of the lists. Never throws. */
  deliver(deliveries: readonly Delivery[]): Promise<Delivered>;
  close(): Promise<void>;
}

export interface Delivered {
  /** They are safe where they belong: their letters can be deleted. */
  readonly done: readonly { readonly delivery: Delivery; readonly ending: Ending }[];
  /** Of those, how many were there before, where that is known by number only. */
  readonly repeats: number;
  /** They can never be taken as they are. */
  readonly refused: readonly Refused[];
  /** Nothing is wrong with them: an outage, or a fault of the set-up. */
  readonly failed: readonly Failed[];
}

export interface Refused extends Pick<Rejected, 'delivery' | 'message'> {
  /** Why; null where it is not PostgreSQL or the sink that refuses. */
  readonly rejected: Rejected | null;
}
