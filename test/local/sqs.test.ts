import { networkInterfaces } from 'node:os';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { startSqs } from '../../local/sqs.ts';
import { rejection } from './helpers.ts';

test("SQS takes a message from AWS's own client and gives it back", async () => {
  const sqs = await startSqs();
  onTestFinished(sqs.stop);
  const client = new SQSClient({
    endpoint: sqs.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  onTestFinished(() => client.destroy());

  const { MessageId } = await client.send(
    new SendMessageCommand({ QueueUrl: sqs.queueUrl, MessageBody: 'Grüße' }),
  );
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl }));

  expect(Messages).toMatchObject([{ MessageId, Body: 'Grüße' }]);
});

test('the dead-letter queue is on the address of this machine that is not reachable from others', async () => {
  const sqs = await startSqs();
  onTestFinished(sqs.stop);
  const { port, hostname, pathname } = new URL(sqs.queueUrl);
  expect(hostname).toBe('127.0.0.1');
  expect(pathname).toMatch(/\/notifications-dead-letters$/);
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of others)
    await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow('fetch failed');
});

test('a taken port gives one clear line', async () => {
  const sqs = await startSqs();
  onTestFinished(sqs.stop);
  const port = Number(new URL(sqs.endpoint).port);
  expect((await rejection(startSqs({ port }))).message).toMatch(/^Port \d+ .* taken, so SQS .*$/);
});

test('after stop(), which can be called twice, the port is free again', async () => {
  const first = await startSqs();
  await first.stop();
  await first.stop();
  const second = await startSqs({ port: Number(new URL(first.endpoint).port) });
  expect(second.endpoint).toBe(first.endpoint);
  await second.stop();
});
