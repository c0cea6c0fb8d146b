import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import { openWhenNeeded } from '../dead-letter/lazy-queue.ts';
import { createStorage } from '../postgres/store.ts';
import type { LambdaSettings } from '../settings/lambda.ts';
import type { Watch } from '../sink/observer.ts';
import { createSink } from '../sink/sink.ts';
import { cloudWatch, logger, metrics, trace, tracing } from '../telemetry/cloudwatch.ts';
import { startDeadline } from '../timing/deadline.ts';
import { createRetry } from '../timing/retry.ts';
import type { BatchResponse, KafkaEvent } from './event.ts';

/** The function as Lambda calls it. */
export type LambdaHandler = (
  event: KafkaEvent,
  context: InvocationContext,
) => Promise<BatchResponse>;

/** The part of Lambda's context that the handler uses. */
export interface InvocationContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/**
 * Builds the parts of the sink, which live as long as the process, and the handler that uses them.
 *
 * @param others are told what it does, beside CloudWatch
 */
export function createHandler(
  settings: LambdaSettings,
  ...others: readonly Watch[]
): {
  /**
   * Answers one event of a Kafka event source mapping.
   *
   * @throws {InvalidEventError} for any other event
   * @throws {BatchFailedError} where the whole batch must be delivered again
   */
  handler: LambdaHandler;
  /**
   * Asks PostgreSQL for a sign of life.
   *
   * @throws {StoreError | DeadlineError} where there is none within `ms`
   */
  ping(ms: number): Promise<void>;
  /** Closes the connections, for a process that ends by itself. Lambda never calls it. */
  close(): Promise<void>;
} {
  const watches = [cloudWatch, ...others];
  const watch: Watch = {
    onBatch: (outcome) =>
      watches.forEach((one) => {
        one.onBatch(outcome);
      }),
    onRetry: () =>
      watches.forEach((one) => {
        one.onRetry();
      }),
    onCircuit: (circuit) =>
      watches.forEach((one) => {
        one.onCircuit(circuit);
      }),
  };
  const storage = createStorage(settings.sink, watch);
  const letters = openWhenNeeded(
    settings.sink.deadLetterQueueUrl,
    createRetry(settings.sink.retry, watch.onRetry),
  );
  const sink = createSink(
    { ...settings, ...settings.sink },
    {
      begin: storage.begin,
      sendDeadLetters: letters.send,
      trace,
      observe: watch.onBatch,
    },
  );

  const handle: LambdaHandler = async (event, context) => {
    const deadline = startDeadline(context.getRemainingTimeInMillis() - settings.deadlineMarginMs);
    try {
      return await sink(event, deadline);
    } finally {
      deadline.clear();
    }
  };

  return {
    handler: middy(handle)
      .use([...tracing])
      // Powertools would log the whole event, values included, where a variable asks for it (promise P8).
      .use(injectLambdaContext(logger, { logEvent: false }))
      .use(logMetrics(metrics, { captureColdStartMetric: true })),
    ping: storage.ping,
    async close() {
      await letters.close();
      await storage.close();
    },
  };
}
