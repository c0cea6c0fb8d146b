import type { Sink } from '../src/sink/sink.ts';

/** What a run showed, measured around the sink. */
export interface Figures {
  /** Records that are stored, passed over or dead-lettered. */
  acknowledged: number;
  /** Records that failed; they were delivered again. */
  failed: number;
  /** Milliseconds from a batch's start to its fates, one a batch. */
  readonly flushMs: number[];
  /** Milliseconds from a record's timestamp to the fates of its batch, one a record. */
  readonly latencyMs: number[];
  /** When the first batch started and the last had its fates, in milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
}

/** Wraps the sink to measure it. */
export function measure(sink: Sink): { sink: Sink; figures: Figures } {
  const figures: Figures = {
    acknowledged: 0,
    failed: 0,
    flushMs: [],
    latencyMs: [],
    firstAt: 0,
    lastAt: 0,
  };
  return {
    figures,
    async sink(batch, deadline) {
      const begin = performance.now();
      figures.firstAt ||= Date.now();
      const fates = await sink(batch, deadline);
      const end = Date.now();
      figures.flushMs.push(performance.now() - begin);
      figures.failed += fates.failed.length;
      figures.acknowledged += batch.size - fates.failed.length;
      for (const record of batch.records)
        if ('timestamp' in record) figures.latencyMs.push(end - record.timestamp);
      figures.lastAt = end;
      return fates;
    },
  };
}

/**
 * @param values in any order; not changed
 * @param share 0 to 1
 * @returns the smallest value that at least this share of the values does not exceed; 0 where there is none
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
