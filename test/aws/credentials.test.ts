import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openClient } from '../../src/aws/client.ts';
import { findCredentials } from '../../src/aws/credentials.ts';
import { openJsonService } from '../../src/aws/json-service.ts';
import { createMskToken } from '../../src/kafka/msk-token.ts';
import { createCredentials } from '../../src/postgres/connection/credentials.ts';
import { fileOf } from '../support/definition-file.ts';
import { silentEndpoint } from '../support/unanswered.ts';

/** As in a pod of EKS, whose role STS gives; but STS says nothing. */
async function stubRole(): Promise<void> {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
    vi.stubEnv(name, '/nowhere');
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::111122223333:role/sink');
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', fileOf('token', 'a token'));
  vi.stubEnv('AWS_ENDPOINT_URL_STS', await silentEndpoint());
}

/** Time in ms until there are no credentials, and some for a machine under load. */
const MOST_MS = 8000 + 4000;

test('credentials that nobody gives are given up, whoever needs them, and the error says so', async () => {
  await stubRole();
  const start = performance.now();
  const { password } = await createCredentials({
    ...{ kind: 'iam', user: 'sink', host: 'db.example', port: 5432, database: 'app' },
  }).current();
  const client = openClient(SQSClient);
  const service = openJsonService('sqs', 'AmazonSQS', 'http://127.0.0.1:1');
  onTestFinished(() => {
    client.destroy();
    service.close();
  });
  const region = client.config.region;
  const [found, queue, letters, kafka, database] = await Promise.allSettled([
    findCredentials()(),
    client.config.credentials(),
    service.call('SendMessageBatch', {}, new AbortController().signal),
    createMskToken('eu-central-1')(),
    (password as () => Promise<string>)(),
  ]);
  expect(await region()).toBe('us-east-1');
  const reason = { name: 'CredentialsUnreachable' };
  expect([found, queue, letters]).toMatchObject([{ reason }, { reason }, { reason }]);
  expect(kafka).toMatchObject({
    reason: { name: 'KafkaError', message: expect.stringContaining('CredentialsUnreachable') },
  });
  expect(database).toMatchObject({ value: 'no token could be signed' });
  expect(performance.now() - start).toBeLessThan(MOST_MS);
});
