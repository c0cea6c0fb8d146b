import { globSync, readFileSync } from 'node:fs';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { openClient } from '../../src/aws/client.ts';
import { blackHole, silentEndpoint } from '../support/unanswered.ts';

test('no client of AWS is made elsewhere, without limits of time', () => {
  const made = globSync('src/**/*.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return (
      text
        .match(/new (SQS|Lambda|SecretsManager|STS|S3)Client\(|defaultProvider\(/g)
        ?.map((call) => [file, call]) ?? []
    );
  });
  expect(made).toEqual([['src/aws/credentials.ts', 'defaultProvider(']]);
});

test.each([
  ['says nothing', silentEndpoint, 5000],
  ['cannot be connected', blackHole, 3000],
])(
  'a call of a service that %s ends in time, and its error names the host',
  async (_, start, ms) => {
    const endpoint = await start();
    const client = openClient(SQSClient, 1);
    onTestFinished(() => {
      client.destroy();
    });
    const begin = performance.now();
    const QueueUrl = `${endpoint}/111122223333/dead-letters`;
    await expect(client.send(new GetQueueAttributesCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'TimeoutError',
      host: '127.0.0.1',
    });
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(ms - 100);
    expect(took).toBeLessThan(ms + 2000);
  },
);
