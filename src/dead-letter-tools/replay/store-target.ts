import type { CompiledSinks } from '../../definition/sinks.ts';
import type { Store } from '../../postgres/store.ts';
import type { TombstonePolicy } from '../../settings/sink.ts';
import { decode } from '../../sink/decode.ts';
import { startDeadline } from '../../timing/deadline.ts';
import { othersOf, passedOverBy, staleOf, type Target } from './target.ts';

/** For one batch. Finding many rejected rows takes many statements. */
const BATCH_MS = 120_000;

/** Stores records as the sink does: the same decoding, the same ids, the same statements. */
export function createStoreTarget(
  store: Store,
  sinkOf: CompiledSinks['sinkOf'],
  tombstones: TombstonePolicy,
): Target {
  return {
    async deliver(records) {
      const { rows, ...others } = decode(records, sinkOf, tombstones);
      const deadline = startDeadline(BATCH_MS);
      try {
        const written = await store.store(rows, deadline);
        return {
          done: [
            ...written.stored.map((record) => ({ record, ending: 'stored' as const })),
            ...passedOverBy(others),
            ...staleOf(written),
          ],
          repeats: written.stored.length - written.inserted - written.keptOut,
          ...othersOf(others, written),
        };
      } finally {
        deadline.clear();
      }
    },
    close: () => store.close(),
  };
}
