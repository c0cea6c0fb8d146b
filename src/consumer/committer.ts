import type { RecordSource } from '../kafka/source.ts';
import type { OffsetTracker } from './offsets.ts';

/**
 * Commits what can be committed. One commit is under way at a time, so that no older one overtakes it; what is
 * acknowledged meanwhile follows it. The next commit makes up for one that fails.
 *
 * @returns commits, and resolves when nothing is left to commit or it failed
 */
export function createCommitter(source: RecordSource, offsets: OffsetTracker): () => Promise<void> {
  let running: Promise<void> | undefined;

  async function commitAll(): Promise<void> {
    try {
      for (;;) {
        const positions = offsets.committable();
        if (positions.length === 0) return;
        await source.commit(positions);
        offsets.committed(positions);
      }
    } catch {
      // The source has said so.
    }
  }

  return () => {
    running ??= commitAll().finally(() => {
      running = undefined;
    });
    return running;
  };
}
