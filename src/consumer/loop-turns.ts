import type { Observer } from '../sink/observer.ts';

/**
 * Measures turns of the event loop: from the first call in a turn to the end of that turn. Nothing else runs meanwhile,
 * heartbeats included.
 *
 * @returns must be called when a turn begins
 */
export function createLoopTurns({ onTurn }: Observer): () => void {
  let measuring = false;
  return () => {
    if (measuring || !onTurn) return;
    measuring = true;
    const start = performance.now();
    setImmediate(() => {
      measuring = false;
      onTurn(performance.now() - start);
    });
  };
}
