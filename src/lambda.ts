import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { readConfig } from './config.ts';
import { createDeadLetterQueue } from './dead-letter/queue.ts';
import type { BatchResponse, KafkaEvent } from './kafka/event.ts';
import { createCredentials } from './postgres/credentials.ts';
import { createDatabase } from './postgres/database.ts';
import { insertRows, insertStatement } from './postgres/insert.ts';
import { createResilience } from './postgres/resilience.ts';
import type { Insert } from './postgres/store.ts';
import { startDeadline } from './sink/deadline.ts';
import { createSink } from './sink/sink.ts';
import { logger, metrics, observe } from './telemetry.ts';

/** The part of Lambda's context that the handler uses. */
export interface InvocationContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/** The function's entry: its parts are built once an environment; a wrong setting stops it here. */
const config = readConfig(process.env);

const credentials = createCredentials(config.database.source, () => new SecretsManagerClient());
const database = createDatabase(config.database, credentials);
const resilience = createResilience(config.retry, config.circuitBreaker, {
  onRetry: () => metrics.addMetric('RetryAttempts', MetricUnit.Count, 1),
  onCircuitOpen: () => metrics.addMetric('CircuitOpen', MetricUnit.Count, 1),
});
const statement = insertStatement(config.database.table);
const insert: Insert = (rows, deadline) =>
  resilience(deadline, () =>
    database.run(deadline, (client) => insertRows(client, statement, rows)),
  );

const sink = createSink(config, {
  insert,
  sendDeadLetters: createDeadLetterQueue(
    new SQSClient(),
    config.deadLetterQueueUrl,
    () => new Date(),
  ),
  observe,
});

async function handle(event: KafkaEvent, context: InvocationContext): Promise<BatchResponse> {
  const deadline = startDeadline(context.getRemainingTimeInMillis() - config.deadlineMarginMs);
  try {
    return await sink(event, deadline);
  } finally {
    deadline.clear();
  }
}

/**
 * Answers one event of a Kafka event source mapping.
 *
 * @throws {InvalidEventError} for any other event
 * @throws {BatchFailedError} where the whole batch must be delivered again
 */
export const handler = middy(handle)
  // Powertools would log the whole event, values included, where an environment variable asks for it (promise P8).
  .use(injectLambdaContext(logger, { logEvent: false }))
  .use(logMetrics(metrics, { captureColdStartMetric: true }));

/** Closes the pool, for a process that ends by itself. Lambda never calls it. */
export const close = (): Promise<void> => database.end();
