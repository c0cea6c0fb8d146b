import { awsTrouble } from '../../aws/call.ts';
import { codeOf } from '../../record/errors.ts';
import { LettersError } from '../error.ts';

/**
 * Words why the queue cannot be used, and what to do.
 *
 * @param action that the caller's identity needs, for example `sqs:ReceiveMessage`
 */
export function queueTrouble(error: unknown, action: string): LettersError {
  const code = codeOf(error);
  if (code === 'QueueDoesNotExist')
    return new LettersError(
      'The queue does not exist: check account, region and name in DEAD_LETTER_QUEUE_URL or --queue-url.',
    );
  if (code === 'OverLimit')
    return new LettersError(
      'SQS hands out no more messages of this queue, as too many are in hands already (OverLimit): wait until other runs are over.',
    );
  const { detail, remedy } = awsTrouble(error, 'SQS', action);
  return new LettersError(`The queue cannot be used: ${detail}. ${remedy}`);
}
