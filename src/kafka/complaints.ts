import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { kafkaCode } from './errors.ts';
import { explain } from './explain.ts';
import type { Log } from './source.ts';

/** What a member asks Kafka for, and what it says when that fails. */
const MESSAGES = {
  fetch: 'the Kafka stream broke, it is opened again',
  open: 'Kafka could not be reached, it is tried again',
  join: 'the group could not be joined, it is tried again',
  heartbeat: 'the group refuses this member, it tries to join again',
  commit: 'offsets were not committed, they are with the next ones',
} as const;
type Request = keyof typeof MESSAGES;

/** They belong to every rebalance. */
const USUAL = ['REBALANCE_IN_PROGRESS', 'MEMBER_ID_REQUIRED'];

export type Complaints = ReturnType<typeof createComplaints>;

/**
 * Says what goes wrong with Kafka: each cause once, whichever requests it meets and however often, until the requests that
 * it met have succeeded.
 *
 * @param topics of the member
 */
export function createComplaints(
  log: Log,
  target: { readonly connection: KafkaConnectionSettings; readonly topics: readonly string[] },
) {
  const failing = new Map<Request, string>();
  return {
    failed(request: Request, error: unknown): void {
      const code = kafkaCode(error);
      if (USUAL.includes(code)) return;
      const isKnown = failing.values().some((known) => known === code);
      failing.set(request, code);
      if (isKnown) return;
      const { fault, message } = explain(error, target);
      const isExplained = fault !== 'unknown' && fault !== 'closed';
      log.warn(MESSAGES[request], { error: code, ...(isExplained && { reason: message }) });
    },
    succeeded(...requests: readonly Request[]): void {
      for (const request of requests) failing.delete(request);
    },
    /** Why the latest of one of these requests failed, in Kafka's word; null when none has. */
    cause(...requests: readonly Request[]): string | null {
      return requests.map((request) => failing.get(request)).find(Boolean) ?? null;
    },
  };
}
