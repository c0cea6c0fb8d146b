import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Flushed } from '../postgres/write/flush.ts';
import { coordinatesOf } from '../record/coordinates.ts';
import { countStale, keyConflicts, type RejectionReason } from '../record/fates.ts';
import type { IncomingRecord, SinkRecord } from '../record/record.ts';
import type { BatchReport, Observer } from '../sink/observer.ts';

/** Coordinates that a log line names at most; a whole bad batch would make it too large for CloudWatch. */
const MAX_COORDINATES = 20;

/** Measures for CloudWatch, and logs. */
export function createCloudWatch(logger: Logger, metrics: Metrics): Observer {
  const { Count, Milliseconds } = MetricUnit;
  /** Whether PostgreSQL does not answer, as far as it was said. */
  let away = false;
  return {
    onBatch(report) {
      const counts = countsOf(report);
      const { fates, flushed } = report;
      const reasons = countReasons(fates.deadLettered.map(({ reason }) => reason));
      metrics.addMetric('RecordsReceived', Count, counts.received);
      metrics.addMetric('RecordsStored', Count, counts.stored);
      metrics.addMetric('RecordsDuplicate', Count, counts.duplicates);
      metrics.addMetric('RecordsKeptOut', Count, counts.keptOut);
      metrics.addMetric('RecordsPassedOver', Count, counts.passedOver);
      metrics.addMetric('RecordsStale', Count, counts.stale);
      metrics.addMetric('KeyConflicts', Count, counts.keyConflicts);
      metrics.addMetric('RecordsDeadLettered', Count, counts.deadLettered);
      metrics.addMetric('RecordsFailed', Count, counts.failed);
      metrics.addMetric('FlushDuration', Milliseconds, flushed.flushMs);
      metrics.addMetric('BatchesRejected', Count, rejectsAll(flushed) ? 1 : 0);
      const oldest = oldestTimestamp(fates.stored);
      if (oldest !== null)
        metrics.addMetric('EndToEndLatency', Milliseconds, Math.max(0, Date.now() - oldest));
      for (const [reason, count] of reasons)
        metrics
          .singleMetric()
          .addDimension('reason', reason)
          .addMetric('RecordsDeadLettered', Count, count);

      logger.info('batch', { ...counts, flushMs: Math.round(flushed.flushMs) });
      if (fates.deadLettered.length > 0)
        logger.warn('records dead-lettered', {
          reasons: Object.fromEntries(reasons),
          ...(flushed.rejected.length > 0 && { rejections: rejectionsOf(flushed) }),
          records: firstCoordinates(fates.deadLettered),
        });
      const conflicts = keyConflicts(fates);
      if (conflicts.length > 0)
        logger.warn('key conflicts: other records than those in the table have their keys', {
          count: conflicts.length,
          records: firstCoordinates(conflicts),
        });
      if (counts.keptOut > 0)
        logger.error(
          'PostgreSQL took rows that are not in the table: a trigger or rule keeps them out, or puts them elsewhere',
          { count: counts.keptOut },
        );
      if (rejectsAll(flushed))
        logger.error('PostgreSQL rejects every record: is a constraint wrong, or the producer?', {
          rejections: rejectionsOf(flushed),
        });
      if (fates.failed.length > 0)
        logger.error('records failed, to be delivered again', {
          causes: [...new Set(fates.failed.map(({ cause }) => cause.message))],
          records: firstCoordinates(fates.failed),
        });
    },
    onRetry: () => metrics.addMetric('RetryAttempts', Count, 1),
    onCircuit(circuit, cause) {
      if (circuit === 'open') metrics.addMetric('CircuitOpen', Count, 1);
      // Each probe opens it again: what is new is said once.
      if (circuit === 'open' && !away)
        logger.error('PostgreSQL failed repeatedly; it is asked again now and then', { cause });
      if (circuit === 'closed') logger.info('PostgreSQL answers again');
      away = circuit !== 'closed';
    },
  };
}

function countsOf({ received, fates, flushed }: BatchReport) {
  return {
    received,
    stored: fates.stored.length,
    duplicates: fates.stored.length - flushed.inserted - flushed.keptOut,
    keptOut: flushed.keptOut,
    passedOver: fates.passedOver.length - countStale(fates),
    stale: countStale(fates),
    keyConflicts: keyConflicts(fates).length,
    deadLettered: fates.deadLettered.length,
    failed: fates.failed.length,
  };
}

/** What PostgreSQL says, by SQLSTATE and constraint, each once. */
function rejectionsOf({ rejected }: Flushed): string[] {
  return [...new Set(rejected.map(({ message }) => message))];
}

/** Not one of several records was stored: more likely a constraint is wrong than all of them are. */
function rejectsAll({ stored, rejected, failed }: Flushed): boolean {
  return rejected.length > 1 && stored.length + failed.length === 0;
}

function countReasons(reasons: readonly RejectionReason[]): Map<RejectionReason, number> {
  const counts = new Map<RejectionReason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

function firstCoordinates(list: readonly { readonly record: IncomingRecord }[]): string[] {
  return list.slice(0, MAX_COORDINATES).map(({ record }) => coordinatesOf(record));
}

function oldestTimestamp(stored: readonly SinkRecord[]): number | null {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { timestamp } of stored) if (timestamp >= 0) oldest = Math.min(oldest, timestamp);
  return Number.isFinite(oldest) ? oldest : null;
}
