/** Where a consumer stands. */
export interface ConsumerStatus {
  /** Whether it is a member of its group now. */
  readonly joined: boolean;
  /** Records that wait for the next flush. */
  readonly waiting: number;
  /** Their memory. */
  readonly waitingBytes: number;
  /** Whether fetching is paused, as too much is in memory. */
  readonly paused: boolean;
  /** Those that are this consumer's, lowest first. */
  readonly partitions: readonly {
    readonly partition: number;
    /** The group's position; null where none is committed. */
    readonly committed: number | null;
    /** Records that have arrived and are not settled. */
    readonly pending: number;
  }[];
}

/** Is told what the consumer does, as it happens. */
export interface ConsumerWatch {
  /**
   * A batch was answered.
   *
   * @param records that it held
   * @param seconds from its hand-over to its answer
   */
  onFlush?(records: number, seconds: number): void;
  /** A turn of the event loop in which records came in or were handed over has ended after so many milliseconds. */
  onTurn?(ms: number): void;
}

/**
 * Measures turns of the event loop: from the first call in a turn to the end of that turn. Nothing else runs meanwhile,
 * heartbeats included.
 *
 * @returns what is to be called where a turn begins
 */
export function createTurnMeter({ onTurn }: ConsumerWatch): () => void {
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
