import { expect, test } from 'vitest';
import { silentEndpoint } from '../support/unanswered.ts';
import { setVariable } from './support/aws.ts';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

/** It names who did not answer, and what a VPC lacks then. */
const unanswered = (service: string) =>
  finding(
    'failed',
    new RegExp(
      `^${service} did not answer .*ETIMEDOUT: no answer from 127\\.0\\.0\\.1; from a VPC`,
    ),
    new RegExp(`Check the network to ${service} from here`),
  );

test('services that accept connections and say nothing are each named, with what a VPC needs', async () => {
  const { env } = await createSetup();
  const endpoint = await silentEndpoint();
  for (const service of ['SECRETS_MANAGER', 'LAMBDA'])
    setVariable(`AWS_ENDPOINT_URL_${service}`, endpoint);
  const DATABASE_SECRET_ARN =
    'arn:aws:secretsmanager:us-east-1:111122223333:secret:database-AbCdEf';
  const DEAD_LETTER_QUEUE_URL = `${endpoint}/111122223333/dead-letters`;
  const [secret, queue, lambda] = await Promise.all([
    diagnose({ DEAD_LETTER_QUEUE_URL: env.DEAD_LETTER_QUEUE_URL, DATABASE_SECRET_ARN }),
    diagnose({ ...env, DEAD_LETTER_QUEUE_URL }),
    diagnose({}, { functionName: 'sink' }),
  ]);
  expect(secret.of('database credentials')).toMatchObject([unanswered('Secrets Manager')]);
  expect(queue.of('queue')).toMatchObject([unanswered('SQS')]);
  expect(lambda.of('function')).toMatchObject([unanswered('Lambda')]);
});
