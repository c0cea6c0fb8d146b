import { callAws, isDenied } from '../aws/call.ts';
import { openClient } from '../aws/client.ts';
import { codeOf } from '../record/errors.ts';
import { StartError } from '../service/start-error.ts';

/**
 * Looks for the dead-letter queue before the first rejected record needs it: without one, that record would hold its
 * partition. Somebody must fix a name that SQS does not know; all else may pass, and is said.
 *
 * @throws {StartError} when SQS knows no such queue
 */
export async function checkQueue(queueUrl: string): Promise<void> {
  const { GetQueueAttributesCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const client = openClient(SQSClient);
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl });
  try {
    await callAws(client, (abortSignal) => client.send(command, { abortSignal }));
  } catch (error) {
    // Sending needs no such permission.
    if (isDenied(error)) return;
    const code = codeOf(error);
    if (code === 'QueueDoesNotExist')
      throw new StartError(
        'The dead-letter queue does not exist: create it, or name another in DEAD_LETTER_QUEUE_URL, and check AWS_REGION.',
      );
    console.error(
      `SQS does not answer as it should (${code}): until it does, rejected records wait for it.`,
    );
  } finally {
    client.destroy();
  }
}
