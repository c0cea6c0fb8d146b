import { type Metrics, parseMetrics, sumOf } from '../metrics-page.ts';
import type { SinkProcess } from './sink-command.ts';

/** What has become of the records so far. */
export interface Counts {
  /** Stored, passed over or dead-lettered. */
  readonly acknowledged: number;
  /** There as a row, whether this record or the same one before made it. */
  readonly stored: number;
  readonly deadLettered: number;
  /** Records in the topics behind all that is acknowledged in order; NaN where that is not known. */
  readonly lag: number;
}

/** What the sink says of itself. */
export interface Look extends Counts {
  /** When it was asked and when it had answered, by `performance.now()`. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly metrics: Metrics;
}

const ACKNOWLEDGED = ['kept_out', 'passed_over', 'stale', 'dead_lettered'];

/** Reads the sink's page for Prometheus. */
export async function lookAt(sink: SinkProcess): Promise<Look> {
  const askedAt = performance.now();
  const metrics = parseMetrics(await get(sink, '/metrics'));
  const fate = (name: string) => metrics.get(`kafka_pg_sink_records_total{fate="${name}"}`) ?? 0;
  const stored = fate('stored') + fate('duplicate');
  return {
    ...{ askedAt, answeredAt: performance.now(), metrics, stored },
    deadLettered: fate('dead_lettered'),
    acknowledged: ACKNOWLEDGED.reduce((sum, name) => sum + fate(name), stored),
    lag: sumOf(metrics, 'kafka_pg_sink_partition_lag_records'),
  };
}

/** Whether records can flow, in the sink's own words. */
export async function readinessOf(sink: SinkProcess): Promise<string> {
  const { ready, postgresql, circuitBreaker } = JSON.parse(await get(sink, '/readyz'));
  return ready ? 'ready' : `not ready: PostgreSQL ${postgresql}, breaker ${circuitBreaker}`;
}

async function get(sink: SinkProcess, path: string): Promise<string> {
  try {
    return await (await fetch(`${sink.url}${path}`)).text();
  } catch (error) {
    sink.check();
    throw error;
  }
}
