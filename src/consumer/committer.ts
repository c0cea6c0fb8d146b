import type { RecordSource } from '../kafka/source.ts';
import type { OffsetTracker } from './offsets.ts';

/** Time in ms after which a commit that failed is tried again, where nothing leads to another one before. */
const AGAIN_MS = 5000;

/**
 * Commits what can be committed. One commit is under way at a time, so that no older one overtakes it; what is
 * acknowledged meanwhile follows it. The next commit makes up for one that fails, and there is one before long.
 *
 * @param isStopped whether what fails is left to the partition's next member
 * @returns commits, and resolves when nothing is left to commit or it failed
 */
export function createCommitter(
  source: RecordSource,
  offsets: OffsetTracker,
  isStopped: () => boolean,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again: NodeJS.Timeout | undefined;

  async function commitAll(): Promise<void> {
    try {
      for (;;) {
        const positions = offsets.committable();
        if (positions.length === 0) return;
        await source.commit(positions);
        offsets.committed(positions);
      }
    } catch {
      // The source has said why.
      if (!isStopped()) again = setTimeout(() => void commit(), AGAIN_MS).unref();
    }
  }

  function commit(): Promise<void> {
    clearTimeout(again);
    running ??= commitAll().finally(() => {
      running = undefined;
    });
    return running;
  }
  return commit;
}
