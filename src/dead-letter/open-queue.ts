import { describeAws, isUnreachable } from '../aws/call.ts';
import { openJsonService } from '../aws/json-service.ts';
import { CircuitOpenError, codeOf } from '../record/errors.ts';
import type { CircuitBreakerSettings } from '../settings/sink.ts';
import { createCircuitBreaker } from '../timing/circuit-breaker.ts';
import type { Retry } from '../timing/retry.ts';
import { createDeadLetterQueue, type SendDeadLetters } from './queue.ts';

export interface DeadLetterQueue {
  readonly send: SendDeadLetters;
  /** Ends the connections. */
  close(): void;
}

/**
 * Opens the queue. When SQS cannot be reached, each call takes seconds to find out, and dead letters can be many: a circuit
 * breaker keeps them from taking all the time of the batch.
 *
 * @param retry for what SQS did not accept
 */
export function openQueue(
  queueUrl: string,
  retry: Retry,
  circuitBreaker: CircuitBreakerSettings,
): DeadLetterQueue {
  const sqs = openJsonService('sqs', 'AmazonSQS', new URL(queueUrl).origin);
  const guarded = createCircuitBreaker(circuitBreaker, {
    signOf(error) {
      if (isUnreachable(error)) return 'failure';
      // The time for the batch was over before SQS had answered.
      return codeOf(error) === 'ABORT_ERR' ? 'nothing' : 'answer';
    },
    refuse: (last) =>
      new CircuitOpenError(
        `SQS failed repeatedly; its circuit breaker is open; last: ${describeAws(last)}.`,
      ),
    onChange: () => {},
  });
  const call: typeof sqs.call = (...call) => guarded(() => sqs.call(...call));
  return {
    send: createDeadLetterQueue({ call }, queueUrl, retry, () => new Date()),
    close: () => sqs.close(),
  };
}
