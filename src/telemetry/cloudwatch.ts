import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { RejectionReason } from '../record/fates.ts';
import type { Watch } from '../sink/observer.ts';
import type { Outcome } from '../sink/sink.ts';

const SERVICE = process.env.POWERTOOLS_SERVICE_NAME ?? 'kafka-pg-sink';

/** JSON lines. What is written: counts, reasons, SQLSTATEs and coordinates. Never keys, values or headers. */
export const logger = new Logger({ serviceName: SERVICE });

/** CloudWatch's embedded metric format, one line an invocation, by service and stage. */
export const metrics = new Metrics({
  namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'KafkaPgSink',
  serviceName: SERVICE,
  defaultDimensions: { stage: process.env.STAGE || 'local' },
});

/**
 * X-Ray's segments: null where there are none to send. Its SDK follows every promise of the process (`async_hooks`), so
 * it is loaded only where Lambda traces, and there with the start, as the first invocation is traced already.
 */
const xray = isTraced(process.env) ? (await import('./xray.ts')).createXRay(SERVICE) : null;

/** For middy: a segment around each invocation, where there are segments. */
export const tracing: readonly MiddlewareObj[] = xray ? [xray.middleware] : [];

/** Does a step of the job inside a segment of its own. */
export async function trace<T>(step: string, work: () => Promise<T>): Promise<T> {
  return xray ? xray.trace(step, work) : work();
}

/** Powertools takes any value here for Lambda's, also that of Fargate, where nobody listens for segments. */
function isTraced({ AWS_EXECUTION_ENV, POWERTOOLS_TRACE_ENABLED }: NodeJS.ProcessEnv): boolean {
  return (
    AWS_EXECUTION_ENV?.startsWith('AWS_Lambda_') === true &&
    POWERTOOLS_TRACE_ENABLED?.toLowerCase() !== 'false'
  );
}

/** Coordinates that a log line names at most; a whole bad batch would make it too large for CloudWatch. */
const MAX_COORDINATES = 20;

/** Measures for CloudWatch, and logs. */
export const cloudWatch: Watch = {
  onBatch,
  onRetry: () => metrics.addMetric('RetryAttempts', MetricUnit.Count, 1),
  onCircuit(circuit) {
    if (circuit === 'open') metrics.addMetric('CircuitOpen', MetricUnit.Count, 1);
  },
};

function onBatch({ deliveries, decoded, stored, fates }: Outcome): void {
  const reasons = countReasons(fates.deadLettered.map(({ reason }) => reason));
  const counts = {
    received: deliveries.length,
    stored: fates.stored.length,
    duplicates: fates.stored.length - stored.inserted,
    deadLettered: fates.deadLettered.length,
    ignored: decoded.ignored,
    failed: fates.failed.length,
  };
  metrics.addMetric('RecordsReceived', MetricUnit.Count, counts.received);
  metrics.addMetric('RecordsStored', MetricUnit.Count, counts.stored);
  metrics.addMetric('RecordsDuplicate', MetricUnit.Count, counts.duplicates);
  metrics.addMetric('RecordsDeadLettered', MetricUnit.Count, counts.deadLettered);
  metrics.addMetric('RecordsFailed', MetricUnit.Count, counts.failed);
  metrics.addMetric('FlushDuration', MetricUnit.Milliseconds, stored.flushMs);
  metrics.addMetric('BatchesRefused', MetricUnit.Count, refusesAll(stored) ? 1 : 0);
  const oldest = oldestTimestamp(fates.stored);
  if (oldest !== null)
    metrics.addMetric('EndToEndLatency', MetricUnit.Milliseconds, Math.max(0, Date.now() - oldest));
  for (const [reason, count] of reasons)
    metrics
      .singleMetric()
      .addDimension('reason', reason)
      .addMetric('RecordsDeadLettered', MetricUnit.Count, count);

  logger.info('batch', { ...counts, flushMs: Math.round(stored.flushMs) });
  if (fates.deadLettered.length > 0)
    logger.warn('records dead-lettered', {
      reasons: Object.fromEntries(reasons),
      records: coordinates(fates.deadLettered),
    });
  if (refusesAll(stored))
    logger.error('PostgreSQL refuses every record: is a constraint wrong, or the producer?', {
      refusals: [...new Set(stored.refused.map(({ message }) => message))],
    });
  if (fates.failed.length > 0)
    logger.error('records failed, to be delivered again', {
      causes: [...new Set(fates.failed.map(({ cause }) => cause.message))],
      records: coordinates(fates.failed),
    });
}

/** Not one of several records was stored: more likely a constraint is wrong than all of them are. */
function refusesAll({ stored, refused, failed }: Outcome['stored']): boolean {
  return refused.length > 1 && stored.length + failed.length === 0;
}

function countReasons(reasons: readonly RejectionReason[]): Map<RejectionReason, number> {
  const counts = new Map<RejectionReason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

function coordinates(
  list: Outcome['fates']['failed'] | Outcome['fates']['deadLettered'],
): string[] {
  return list.slice(0, MAX_COORDINATES).map(({ delivery: { partitionKey, record } }) => {
    const offset = (record as { offset?: unknown } | null)?.offset;
    return `${partitionKey}@${typeof offset === 'number' ? offset : 'unknown'}`;
  });
}

function oldestTimestamp(stored: Outcome['fates']['stored']): number | null {
  let oldest = Number.POSITIVE_INFINITY;
  for (const delivery of stored)
    if (delivery.fault === null) oldest = Math.min(oldest, delivery.record.timestamp);
  return Number.isFinite(oldest) ? oldest : null;
}
