/**
 * Loads something when it is first needed, and keeps it. A failure is not kept: whoever asks next has it loaded again.
 *
 * @returns what loads it, or gives what was loaded
 */
export function lazy<T>(load: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= load().catch((error) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}
