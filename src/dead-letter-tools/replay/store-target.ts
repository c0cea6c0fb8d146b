import type { Storage } from '../../postgres/store.ts';
import type { TombstonePolicy } from '../../settings/sink.ts';
import { decode } from '../../sink/decode.ts';
import { startDeadline } from '../../timing/deadline.ts';
import type { Target } from './target.ts';

/** For one batch. Finding many rejected rows takes many statements. */
const BATCH_MS = 120_000;

/** Stores records as the sink does: the same decoding, the same ids, the same statements. */
export function createStoreTarget(storage: Storage, tombstones: TombstonePolicy): Target {
  return {
    async deliver(deliveries) {
      const { fit, rejected } = decode(deliveries, tombstones);
      const deadline = startDeadline(BATCH_MS);
      try {
        const { stored, inserted, refused, failed } = await storage.store(fit, deadline);
        const all = [...rejected, ...refused];
        const done = stored.map((delivery) => ({
          delivery: delivery,
          ending: 'stored' as const,
        }));
        const others = new Set([...fit, ...all].map(({ delivery }) => delivery));
        const ignored = deliveries
          .filter((delivery) => !others.has(delivery))
          .map((delivery) => ({ delivery, ending: 'ignored' as const }));
        return {
          done: [...done, ...ignored],
          repeats: stored.length - inserted,
          refused: all.map((one) => ({ ...one, rejected: one })),
          failed,
        };
      } finally {
        deadline.clear();
      }
    },
    close: () => storage.close(),
  };
}
