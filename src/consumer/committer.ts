import type { Log, RecordSource } from '../kafka/source.ts';
import { errorName } from '../record/errors.ts';
import type { OffsetTracker } from './offsets.ts';

/**
 * Commits what can be committed. One commit is under way at a time, so that no older one overtakes it; what is
 * acknowledged meanwhile follows it. The next commit makes up for one that fails.
 *
 * @returns commits, and resolves when nothing is left to commit or it failed
 */
export function createCommitter(
  source: RecordSource,
  offsets: OffsetTracker,
  log: Log,
): () => Promise<void> {
  let running: Promise<void> | undefined;

  async function commitAll(): Promise<void> {
    try {
      for (;;) {
        const positions = offsets.committable();
        if (positions.length === 0) return;
        await source.commit(positions);
        offsets.committed(positions);
      }
    } catch (error) {
      log.warn('offsets were not committed', { error: errorName(error) });
    }
  }

  return () => {
    running ??= commitAll().finally(() => {
      running = undefined;
    });
    return running;
  };
}
