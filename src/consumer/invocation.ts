import { randomUUID } from 'node:crypto';
import type { Log } from '../kafka/source.ts';
import type { BatchResponse, KafkaEvent, KafkaRecord } from '../lambda/event.ts';
import { errorName } from '../record/errors.ts';
import { toEvent, toRedeliver } from './event.ts';

/** The function's handler; it is the very same that Lambda calls. */
export type Handler = (event: KafkaEvent, context: LambdaContext) => Promise<BatchResponse>;

/** Lambda's context, as far as the handler and its middleware read it. */
export type LambdaContext = ReturnType<typeof invocationContext>;

/** The time that one batch may take, in place of a function's timeout. */
const INVOCATION_TIMEOUT_MS = 60_000;

/**
 * Hands a batch over to the handler, as Lambda would.
 *
 * @returns the records that are to be delivered again; after a throw that is all of them
 */
export async function deliver(
  batch: readonly KafkaRecord[],
  handler: Handler,
  bootstrapServers: readonly string[],
  log: Log,
): Promise<readonly KafkaRecord[]> {
  try {
    const response = await handler(toEvent(batch, bootstrapServers), invocationContext());
    return toRedeliver(batch, response);
  } catch (error) {
    log.warn('the handler threw, the batch is offered again', { error: errorName(error) });
    return batch;
  }
}

function invocationContext() {
  const end = performance.now() + INVOCATION_TIMEOUT_MS;
  return {
    functionName: 'kafka-pg-sink',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'outside-lambda',
    memoryLimitInMB: '0',
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
}
