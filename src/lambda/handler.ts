import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { CompiledSinks } from '../definition/sinks.ts';
import type { IncomingRecord } from '../record/record.ts';
import type { LambdaSettings } from '../settings/lambda.ts';
import { type Observer, observers } from '../sink/observer.ts';
import { openSink } from '../sink/open-sink.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { startDeadline } from '../timing/deadline.ts';
import { delayResponse } from './delay-response.ts';
import type { LambdaHandler } from './event.ts';
import { checkEvent, countRecords, readRecords, sourceOf } from './read-event.ts';
import { respond } from './response.ts';

/**
 * Lambda's door to the sink: an event becomes records, and their fates the response.
 *
 * @param sinks the definitions of the topics
 * @param others observe the sink, beside CloudWatch
 */
export function openHandler(
  settings: LambdaSettings,
  sinks: CompiledSinks,
  telemetry: Telemetry,
  ...others: readonly Observer[]
): {
  /**
   * Responds to one event of a Kafka event source mapping.
   *
   * @throws {InvalidEventError} for any other event
   * @throws {BatchFailedError} when the whole batch must be delivered again
   */
  handler: LambdaHandler;
  /** Closes the connections, for a process that ends by itself. Lambda never calls it. */
  close(): Promise<void>;
} {
  const { partialBatchResponse, deadlineMarginMs, failurePauseMs } = settings;
  const observer = observers(telemetry.observer, ...others);
  const { sink, close } = openSink(
    settings.sink,
    sinks,
    !partialBatchResponse,
    observer,
    telemetry.trace,
  );

  const handle: LambdaHandler = async (input, context) => {
    const deadline = startDeadline(context.getRemainingTimeInMillis() - deadlineMarginMs);
    try {
      const event = checkEvent(input);
      const records: IncomingRecord[] = [];
      const size = countRecords(event);
      const fates = await sink(
        { records: remember(readRecords(event), records), size, source: sourceOf(event) },
        deadline,
      );
      if (fates.failed.length > 0) await delayResponse(failurePauseMs, deadline);
      return respond(event, records, fates, partialBatchResponse);
    } finally {
      deadline.clear();
    }
  };

  return {
    handler: middy(handle)
      .use([...telemetry.middleware])
      // Powertools would log the whole event, values included, if a variable asked for it (promise P8).
      .use(injectLambdaContext(telemetry.logger, { logEvent: false }))
      .use(logMetrics(telemetry.metrics, { captureColdStartMetric: true })),
    close,
  };
}

/** Passes items on, and keeps each. */
function* remember<T>(items: Iterable<T>, kept: T[]): Generator<T> {
  for (const item of items) {
    kept.push(item);
    yield item;
  }
}
