import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openJsonService } from '../../src/aws/json-service.ts';
import { fileOf } from '../support/definition-file.ts';
import { listen } from '../support/listen.ts';

const SECRET = 'secret-key';

interface Call {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly path: string;
  /** As AWS would find it. */
  readonly isSigned: boolean;
}

/** A service that checks signatures, and an opened client of it. */
async function createRig(
  answer: (response: ServerResponse, call: number) => unknown = (response) => response.end('{}'),
  { named = true }: { named?: boolean } = {},
) {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key-id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { headers, url: path = '' } = request;
    calls.push({ headers, body, path, isSigned: signatureOf(request, body) === given(request) });
    answer(response, calls.length);
  });
  const { port, stop } = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  const service = openJsonService('sqs', 'AmazonSQS', named ? origin : 'http://127.0.0.1:1');
  onTestFinished(async () => {
    service.close();
    await stop();
  });
  const call = (signal = new AbortController().signal) =>
    service.call('SendMessageBatch', { text: 'ä' }, signal);
  return { calls, call, origin, server };
}

const given = ({ headers }: IncomingMessage) =>
  /Signature=(\w+)$/.exec(headers.authorization ?? '')?.[1];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf({ headers, url = '' }: IncomingMessage, body: string): string {
  const [, scope = '', names = ''] =
    /Credential=key-id\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '') ?? [];
  const hash = (value: string) => createHash('sha256').update(value).digest('hex');
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const request = ['POST', url, '', lines.join(''), names, hash(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(request)].join('\n');
  const hmac = (key: string | Buffer, value: string) =>
    createHmac('sha256', key).update(value).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  return hmac(key, toSign).toString('hex');
}

test('a call is signed for the region and the session, and has the answer', async () => {
  const { call, calls } = await createRig((response) => response.end('{"Successful":[]}'));
  expect(await call()).toEqual({ Successful: [] });
  expect(calls).toMatchObject([
    {
      isSigned: true,
      path: '/',
      body: '{"text":"ä"}',
      headers: {
        'x-amz-target': 'AmazonSQS.SendMessageBatch',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-security-token': 'session',
      },
    },
  ]);
  const { authorization } = calls[0]?.headers ?? {};
  expect(authorization).toMatch(/\/us-east-1\/sqs\/aws4_request,/);
  expect(authorization).toMatch(
    /SignedHeaders=\S*host;x-amz-date;x-amz-security-token;x-amz-target/,
  );
});

test.each([
  ['a name', 400, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}', 'QueueDoesNotExist'],
  ['a bare name', 403, '{"__type":"AccessDenied:http://internal/"}', 'AccessDenied'],
  ['a page of something between', 502, '<html>Bad Gateway</html>', 'HTTP 502'],
  ['JSON of something between', 503, '{"error":"busy"}', 'HTTP 503'],
])('a refusal has the name that it came with: %s', async (_, status, body, name) => {
  const { call } = await createRig((response) => response.writeHead(status).end(body));
  await expect(call()).rejects.toMatchObject({ name });
});

test('the clock of a machine that is an hour behind is corrected by the answer that refuses it', async () => {
  const ahead = new Date(Date.now() + 3_600_000);
  const { call, calls } = await createRig((response, count) => {
    response.setHeader('date', ahead.toUTCString());
    if (count > 1) return response.end('{}');
    return response.writeHead(403).end('{"__type":"InvalidSignatureException"}');
  });
  await expect(call()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  expect(await call()).toEqual({});
  const [first = '', second = ''] = calls.map(({ headers }) => String(headers['x-amz-date']));
  expect(second.slice(0, 11)).toBe(ahead.toISOString().replaceAll(/[-:]/g, '').slice(0, 11));
  expect(second > first).toBe(true);
  expect(calls[1]?.isSigned).toBe(true);
});

test('a service that is silent is given up after ten seconds', async () => {
  const { call, server } = await createRig(() => {});
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const asked = once(server, 'request');
  const calling = call();
  calling.catch(() => {});
  await asked;
  vi.advanceTimersByTime(9_999);
  const early = await Promise.race([calling, Promise.resolve('still waiting')]);
  expect(early).toBe('still waiting');
  vi.advanceTimersByTime(1);
  await expect(calling).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test('a call ends when it is aborted', async () => {
  const { call, server } = await createRig(() => {});
  const abort = new AbortController();
  const asked = once(server, 'request');
  const calling = call(abort.signal);
  calling.catch(() => {});
  await asked;
  abort.abort();
  await expect(calling).rejects.toMatchObject({ name: 'AbortError' });
});

test('nobody who listens is an error with the code of the network', async () => {
  const { call } = await createRig(undefined, { named: false });
  await expect(call()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

/** Files of a user as the SDK finds them, with these lines in the place of what the environment says. */
function stubFiles(lines: readonly string[]): void {
  for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', fileOf('config', `${lines.join('\n')}\n`));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', fileOf('credentials', ''));
}

test('region, credentials and endpoint come from the files of a user, too', async () => {
  const { calls, origin } = await createRig();
  stubFiles([
    '[default]',
    ...['region = eu-west-3', 'services = here', 'endpoint_url = http://127.0.0.1:1'],
    ...['aws_access_key_id = key-id', `aws_secret_access_key = ${SECRET}`],
    ...['[services here]', 'sqs =', `  endpoint_url = ${origin}`],
  ]);
  const service = openJsonService('sqs', 'AmazonSQS', 'http://127.0.0.1:1');
  onTestFinished(() => service.close());
  await service.call('SendMessageBatch', {}, new AbortController().signal);
  expect(calls).toMatchObject([{ isSigned: true }]);
  expect(calls[0]?.headers.authorization).toContain('/eu-west-3/sqs/');
});

test.each([
  ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'here' }],
  [
    'AWS_ENDPOINT_URL_SQS',
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SQS: 'here' },
  ],
])('%s names the endpoint', async (_, env) => {
  const { calls, origin } = await createRig();
  for (const [name, value] of Object.entries(env))
    vi.stubEnv(name, value === 'here' ? origin : value);
  const service = openJsonService('sqs', 'AmazonSQS', 'http://127.0.0.1:1');
  onTestFinished(() => service.close());
  await service.call('SendMessageBatch', {}, new AbortController().signal);
  expect(calls).toHaveLength(1);
});

test.each([
  [
    'no region',
    ['[default]', 'aws_access_key_id = key-id', `aws_secret_access_key = ${SECRET}`],
    { name: 'NoRegion' },
  ],
  ['no credentials', ['[default]', 'region = eu-west-3'], { name: 'CredentialsProviderError' }],
])('%s is an error that says so', async (_, lines, error) => {
  await createRig();
  stubFiles(lines);
  const service = openJsonService('sqs', 'AmazonSQS', 'http://127.0.0.1:1');
  const call = service.call('SendMessageBatch', {}, new AbortController().signal);
  await expect(call).rejects.toMatchObject(error);
});
