import type { Handler } from '../src/consumer/consumer.ts';
import type { KafkaEvent } from '../src/lambda/event.ts';

/** What a run showed, measured around the handler. */
export interface Figures {
  /** Records that were answered for good. */
  settled: number;
  /** Records that the response gave back; they were offered again. */
  failed: number;
  /** Milliseconds from a batch's start to its answer, one a batch. */
  readonly flushMs: number[];
  /** Milliseconds from a record's timestamp to the answer of its batch, one a record. */
  readonly latencyMs: number[];
  /** When the first batch started and the last was answered, in milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
}

/** Wraps the handler to measure it. */
export function measure(handler: Handler): { handler: Handler; figures: Figures } {
  const figures: Figures = {
    settled: 0,
    failed: 0,
    flushMs: [],
    latencyMs: [],
    firstAt: 0,
    lastAt: 0,
  };
  return {
    figures,
    async handler(event, context) {
      const start = Date.now();
      const begin = performance.now();
      figures.firstAt ||= start;
      const response = await handler(event, context);
      const end = Date.now();
      figures.flushMs.push(performance.now() - begin);
      const failed = response.batchItemFailures.length;
      figures.failed += failed;
      figures.settled += addLatencies(figures.latencyMs, event, end) - failed;
      figures.lastAt = end;
      return response;
    },
  };
}

/** Returns the number of records. */
function addLatencies(latencyMs: number[], { records }: KafkaEvent, now: number): number {
  let count = 0;
  for (const partition of Object.values(records))
    for (const { timestamp } of partition) {
      latencyMs.push(now - timestamp);
      count += 1;
    }
  return count;
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
