import { afterEach, expect, test, vi } from 'vitest';
import { createMskToken } from '../../../src/kafka/msk-token.ts';

afterEach(() => vi.unstubAllEnvs());

/** https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html */
test('the token for MSK is a signed request to connect, for the region that is set, good for 15 minutes', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-in-the-token');
  const url = new URL(Buffer.from(await createMskToken('eu-central-1')(), 'base64url').toString());
  expect(url.host).toBe('kafka.eu-central-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Credential': expect.stringMatching(
      /^AKIDEXAMPLE\/\d{8}\/eu-central-1\/kafka-cluster\/aws4_request$/,
    ),
    'X-Amz-Expires': '900',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(url.href).not.toContain('not-in-the-token');
});

test('each login gets a token signed with the credentials of the moment', async () => {
  const token = createMskToken('eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDFIRST');
  const first = Buffer.from(await token(), 'base64url').toString();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDSECOND');
  const second = Buffer.from(await token(), 'base64url').toString();
  expect([first, second]).toEqual([
    expect.stringContaining('AKIDFIRST'),
    expect.stringContaining('AKIDSECOND'),
  ]);
});

test('says that there are no AWS credentials to sign a token with', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  await expect(createMskToken('eu-central-1')()).rejects.toMatchObject({
    name: 'KafkaError',
    fault: 'login',
    message:
      'No IAM token for Kafka could be signed (CredentialsProviderError): check that this process has AWS credentials.',
  });
});
