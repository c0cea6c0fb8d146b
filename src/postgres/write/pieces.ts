/** Items that come in over time, and are taken by one reader in pieces. */
export interface Pieces<T> extends AsyncIterable<readonly T[]> {
  push(items: readonly T[]): void;
  /** No more will come. */
  end(): void;
}

/**
 * A piece is all that has come since the last was taken.
 *
 * @param min items of a piece; the last one can have less
 */
export function createPieces<T>(min: number): Pieces<T> {
  let waiting: T[] = [];
  let ended = false;
  let enough = Promise.withResolvers<void>();
  return {
    push(items) {
      for (const item of items) waiting.push(item);
      if (waiting.length >= min) enough.resolve();
    },
    end() {
      ended = true;
      enough.resolve();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        await enough.promise;
        const piece = waiting;
        waiting = [];
        if (!ended) enough = Promise.withResolvers();
        if (piece.length > 0) yield piece;
        else if (ended) return;
      }
    },
  };
}
