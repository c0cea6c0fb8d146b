import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { TelemetrySettings } from '../settings/telemetry.ts';
import type { Observer } from '../sink/observer.ts';
import type { Trace } from '../sink/sink.ts';
import { createCloudWatch } from './cloudwatch.ts';

/** Logs, metrics and traces of one process. */
export interface Telemetry {
  /** JSON lines: counts, reasons, SQLSTATEs and coordinates. Never keys, values or headers. */
  readonly logger: Logger;
  /** CloudWatch's embedded metric format, by service and stage. */
  readonly metrics: Metrics;
  /** Writes both. */
  readonly observer: Observer;
  /** Does a step of the job inside an X-Ray segment of its own, when there are segments. */
  readonly trace: Trace;
  /** For middy: a segment around each invocation, when there are segments. */
  readonly middleware: readonly MiddlewareObj[];
}

/**
 * X-Ray's SDK follows every promise of the process (`async_hooks`), so it is loaded only when something is traced, and
 * with the start then, as the first invocation is traced already.
 */
export async function createTelemetry(settings: TelemetrySettings): Promise<Telemetry> {
  const { serviceName, namespace, stage } = settings;
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace, serviceName, defaultDimensions: { stage } });
  const xray = settings.trace ? (await import('./xray.ts')).createXRay(serviceName) : null;
  return {
    logger,
    metrics,
    observer: createCloudWatch(logger, metrics),
    trace: xray ? xray.trace : (_step, work) => work(),
    middleware: xray ? [xray.middleware] : [],
  };
}
