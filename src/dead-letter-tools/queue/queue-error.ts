import { awsTrouble } from '../../aws/call.ts';
import { codeOf } from '../../doctor/limit.ts';
import { DeadLetterToolsError } from '../error.ts';

/**
 * Says why the queue cannot be used, and what to do.
 *
 * @param action that the caller's identity needs, for example `sqs:ReceiveMessage`
 */
export function toQueueError(error: unknown, action: string): DeadLetterToolsError {
  const code = codeOf(error);
  if (code === 'QueueDoesNotExist')
    return new DeadLetterToolsError(
      'The queue does not exist: check account, region and name in DEAD_LETTER_QUEUE_URL or --queue-url.',
    );
  if (code === 'OverLimit')
    return new DeadLetterToolsError(
      'SQS delivers no more messages of this queue, as too many are in flight (OverLimit): wait until other runs are over.',
    );
  const { detail, remedy } = awsTrouble(error, 'SQS', action);
  return new DeadLetterToolsError(`The queue cannot be used: ${detail}. ${remedy}`);
}
