/** What the sink shows of a run. */
export interface Figures {
  /** Records that are stored, passed over or dead-lettered. */
  readonly acknowledged: number;
  readonly deadLettered: number;
  readonly batches: number;
  /** Milliseconds from a batch's hand-over to its fates: P50, P95 and P99. */
  readonly flushMs: readonly [p50: number, p95: number, p99: number];
  /** Memory of the process that the sink runs in (RSS), at most so far. */
  readonly peakRssBytes: number;
}

/** What the sink showed when it had taken the whole backlog. */
export interface Drained extends Figures {
  /** From the last look before the first record was done until all but the last, incomplete batch were. */
  readonly recordsPerSecond: number;
}

/** The sink, while it takes the records of a run. */
export interface RunningSink {
  /** @throws Error with the end of its output when it has ended by itself */
  figures(): Promise<Figures>;
  /** Lets it finish what it has begun. Can be called twice. */
  stop(): Promise<void>;
}

export const SHARES = [0.5, 0.95, 0.99] as const;

/**
 * The least value that at least a share of the values does not exceed, as `histogram_quantile` of Prometheus finds it: as if
 * the values of a bucket lay evenly in it.
 *
 * @param buckets bounds, each with how many values do not exceed it
 * @returns 0 where there is no value; the highest bound where the value lies beyond it
 */
export function quantile(
  buckets: readonly (readonly [bound: number, count: number])[],
  total: number,
  share: number,
): number {
  let [lower, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= share * total && count > below)
      return lower + ((bound - lower) * (share * total - below)) / (count - below);
    [lower, below] = [bound, count];
  }
  return total === 0 ? 0 : lower;
}
