import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, inject, onTestFinished, test } from 'vitest';
import { refusal, setVariable, startService } from './support/aws.ts';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

function createClient(): SQSClient {
  const client = new SQSClient({ endpoint: inject('sqsEndpoint') });
  onTestFinished(() => client.destroy());
  return client;
}

test('a queue that does not exist', async () => {
  const { env, queue } = await createSetup();
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: `${queue.url}-missing` });
  expect(diagnosis.of('queue')).toMatchObject([
    finding('failed', /^the queue does not exist$/, /DEAD_LETTER_QUEUE_URL/),
  ]);
  expect(diagnosis.named('failed')).toEqual(['queue']);
  expect(diagnosis.of('queue send')).toMatchObject([{ status: 'skipped', detail: 'needs: queue' }]);
});

test('a queue that deletes messages too early', async () => {
  const { env } = await createSetup();
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('queue')).toMatchObject([
    finding('warned', /messages are deleted after 4 days$/, /MessageRetentionPeriod.*1209600/),
  ]);
});

test('a queue that keeps messages for 14 days', async () => {
  const { env, queue } = await createSetup();
  const name = `${new URL(queue.url).pathname.split('/').at(-1)}-long`;
  const Attributes = { MessageRetentionPeriod: '1209600' };
  await createClient().send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: `${queue.url}-long` });
  expect(diagnosis.of('queue')).toMatchObject([
    { status: 'passed', detail: expect.stringMatching(/^holds about 0 messages/) },
  ]);
});

test('a queue that takes smaller messages than it could', async () => {
  const { env, queue } = await createSetup();
  const name = `${new URL(queue.url).pathname.split('/').at(-1)}-small`;
  const Attributes = { MessageRetentionPeriod: '1209600', MaximumMessageSize: '262144' };
  await createClient().send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: `${queue.url}-small` });
  expect(diagnosis.of('queue')).toMatchObject([
    finding('warned', /messages of 262144 bytes at most, .* lose their value$/, /1048576/),
  ]);
});

test('a FIFO queue', async () => {
  const { env, queue } = await createSetup();
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: `${queue.url}.fifo` });
  expect(diagnosis.of('queue')).toMatchObject([finding('failed', /FIFO/, /standard queue/)]);
});

test('a queue in another region than the configured one', async () => {
  const { env } = await createSetup();
  const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/dead-letters';
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: url });
  expect(diagnosis.of('queue')).toMatchObject([
    finding('failed', /in eu-west-1, the configured region is us-east-1/, /AWS_REGION=eu-west-1/),
  ]);
});

test('no region at all', async () => {
  const { env } = await createSetup();
  setVariable('AWS_REGION', '');
  setVariable('AWS_CONFIG_FILE', '/nowhere');
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('queue')).toMatchObject([
    finding('failed', /no AWS region is configured/, /--region/),
  ]);
});

test('attributes that may not be read are a warning, as the function need not read them', async () => {
  const { env } = await createSetup();
  const endpoint = await startService(() => refusal(403, 'AccessDenied'));
  setVariable('AWS_ENDPOINT_URL_SQS', endpoint);
  const url = `${endpoint}/111122223333/dead-letters`;
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: url }, { send: true });
  expect(diagnosis.of('queue')).toMatchObject([
    finding('warned', /may not be read/, /sqs:GetQueueAttributes/),
  ]);
  expect(diagnosis.of('queue send')).toMatchObject([
    finding('failed', /SQS denies access \(AccessDenied\)/, /sqs:SendMessage/),
  ]);
});

test.each([
  ['expired credentials', refusal(403, 'ExpiredTokenException'), /refuses the credentials/],
  ['an answer that makes no sense', refusal(400, 'Unheard'), /did not answer as it should/],
])('%s', async (_, answer, detail) => {
  const { env } = await createSetup();
  const endpoint = await startService(() => answer);
  setVariable('AWS_ENDPOINT_URL_SQS', endpoint);
  const diagnosis = await diagnose({ ...env, DEAD_LETTER_QUEUE_URL: `${endpoint}/1/dead-letters` });
  expect(diagnosis.of('queue')).toMatchObject([finding('failed', detail, /\w/)]);
});

test('sends nothing unless it is asked to', async () => {
  const { env, queue } = await createSetup();
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('queue send')).toMatchObject([
    finding('skipped', /only by sending/, /--send/),
  ]);
  expect(await queue.takeAll()).toEqual([]);
});

test('sends a marked message where it is asked to, and removes it again', async () => {
  const { env, queue } = await createSetup();
  const diagnosis = await diagnose(env, { send: true });
  expect(diagnosis.of('queue send')).toMatchObject([
    { status: 'passed', detail: 'sent, and removed again' },
  ]);
  expect(await queue.takeAll()).toEqual([]);
});

test('touches no dead letter: when there are some, the marked message stays beside them', async () => {
  const { env, queue } = await createSetup();
  const deadLetter = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'a dead letter' });
  await createClient().send(deadLetter);
  const diagnosis = await diagnose(env, { send: true });
  expect(diagnosis.of('queue send')).toMatchObject([
    finding('warned', /still in the queue/, /\{"doctor":true\}/),
  ]);
  const bodies = (await queue.takeAll()).map(({ Body }) => Body);
  expect(bodies.sort()).toEqual(['a dead letter', '{"doctor":true}']);
});
