import type { Log, Subscriber } from '../kafka/source.ts';
import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { SinkRecord } from '../record/record.ts';
import { waitAtMost } from '../timing/within.ts';
import type { createIntake } from './intake.ts';
import type { OffsetTracker } from './offsets.ts';
import type { createRedelivery } from './redelivery.ts';

/** Share of the session's time for which a partition that must go waits for the batch under way. */
const REVOCATION_SHARE = 1 / 3;
const LAST_COMMIT_MS = 1000;

interface Parts {
  readonly offsets: OffsetTracker;
  readonly intake: ReturnType<typeof createIntake>;
  readonly redelivery: ReturnType<typeof createRedelivery>;
  readonly commit: () => Promise<void>;
  /** The batch under way: resolves when it has its fates. */
  readonly underWay: () => Promise<void> | undefined;
  /** Called when records come in. */
  readonly beginTurn: () => void;
  readonly sessionTimeoutMs: number;
  readonly log: Log;
}

/**
 * The life of the partitions. All that is known of one begins with its assignment.
 *
 * When it is **revoked**, what waits is forgotten, what is under way is finished and committed, and only then does the
 * partition go; no heartbeat goes out meanwhile, so a batch that takes too long is abandoned. When it is **lost**, it is
 * forgotten at once: what is under way acknowledges nothing, and whoever has the partition now gets its records again.
 */
export function createSubscription(parts: Parts): Subscriber & {
  /** Whether a record must be handed over: its partition is ours and stays ours. */
  isOurs(record: SinkRecord): boolean;
} {
  const { offsets, intake, redelivery, commit, underWay, beginTurn, sessionTimeoutMs, log } = parts;
  const leaving = new PartitionMap<true>();

  function forget(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) {
      offsets.drop(at);
      redelivery.drop(at);
      leaving.delete(at);
    }
    intake.regulate();
  }

  return {
    isOurs: (record) => offsets.isPending(record) && !leaving.has(record),
    assigned: (at, offset, committed) => offsets.assign(at, offset, committed),
    position: (at) => offsets.next(at),
    skipped: (at, offset) => offsets.skip(at, offset),
    joined: () => void commit(),
    received(records) {
      beginTurn();
      for (const record of records) {
        if (!offsets.wentBack(record)) continue;
        const { topic, partition, offset } = record;
        log.warn('the partition went back behind what is committed', { topic, partition, offset });
        forget([record]);
        offsets.assign(record, offset, offset);
      }
      intake.collect(records.filter((record) => offsets.begin(record)));
    },
    async revoked(partitions) {
      for (const at of partitions) leaving.set(at, true);
      await waitAtMost(sessionTimeoutMs * REVOCATION_SHARE, underWay());
      await waitAtMost(LAST_COMMIT_MS, commit());
      forget(partitions);
    },
    lost: forget,
  };
}
