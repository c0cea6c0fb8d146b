import { buildApp } from 'fauxqs';
import { assertFree, freePort } from './ports.ts';

/** The queue that exists from the start. */
const DEAD_LETTER_QUEUE = 'notifications-dead-letters';

/** An SQS emulator in this process. */
export interface LocalSqs {
  /** Base URL of the SQS API, for the SDK's `endpoint`; any region and credentials will do. */
  readonly endpoint: string;
  /** URL of the queue `notifications-dead-letters`. */
  readonly queueUrl: string;
  /** Closes the listener; the messages are gone. Can be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts an SQS emulator with the queue `notifications-dead-letters`.
 *
 * @param options.port TCP port on 127.0.0.1; default: a free one
 * @throws Error of one line when the given port is taken
 */
export async function startSqs(options: { port?: number } = {}): Promise<LocalSqs> {
  const port = options.port ?? (await freePort());
  await assertFree(port, 'SQS');
  // Not startFauxqs(): that listens on every network interface, without authentication.
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ port, host: '127.0.0.1' });
  try {
    return {
      endpoint,
      queueUrl: await createQueue(endpoint),
      stop: async () => {
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function createQueue(endpoint: string): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.CreateQueue',
    },
    // 14 days, as the deployment has it.
    body: JSON.stringify({
      QueueName: DEAD_LETTER_QUEUE,
      Attributes: { MessageRetentionPeriod: '1209600' },
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`SQS refused to create ${DEAD_LETTER_QUEUE}: ${text}`);
  const { QueueUrl } = JSON.parse(text) as { QueueUrl: string };
  // fauxqs names a host below `localhost`, which not every resolver knows; it looks only at the path.
  return new URL(new URL(QueueUrl).pathname, endpoint).href;
}
