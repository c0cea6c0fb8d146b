import { expect, onTestFinished, test } from 'vitest';
import { type DatabaseSecret, startSecrets } from '../support/secrets.ts';
import { refusal, setVariable, startService } from './support/aws.ts';
import { diagnose, finding, SECRET_WORD } from './support/diagnose.ts';
import { createSetup, type Setup } from './support/setup.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:database-AbCdEf';

/** The settings of a set-up with a secret in the place of the URL. */
function withSecret({ env }: Setup) {
  const { DEAD_LETTER_QUEUE_URL } = env;
  return { DEAD_LETTER_QUEUE_URL, DATABASE_SECRET_ARN: ARN, DATABASE_SSLMODE: 'disable' };
}

async function storeSecret(change: (secret: DatabaseSecret) => object): Promise<Setup> {
  const setup = await createSetup();
  const { hostname, port, username, password, pathname } = new URL(setup.url({}));
  const secrets = await startSecrets();
  onTestFinished(() => secrets.stop());
  const secret = {
    ...{ host: hostname, port: Number(port), username, password },
    dbname: pathname.slice(1),
  };
  secrets.versions.set('AWSCURRENT', change(secret) as DatabaseSecret);
  setVariable('AWS_ENDPOINT_URL_SECRETS_MANAGER', secrets.endpoint);
  return setup;
}

test('logs in with a secret that can be read', async () => {
  const diagnosis = await diagnose(withSecret(await storeSecret((secret) => secret)));
  expect(diagnosis.of('database credentials')).toMatchObject([
    { status: 'passed', detail: expect.stringContaining('secret can be read') },
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([{ status: 'passed' }]);
});

test('a wrong password in the secret', async () => {
  const setup = await storeSecret((secret) => ({ ...secret, password: `${SECRET_WORD}-old` }));
  const diagnosis = await diagnose(withSecret(setup));
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /28P01/, /During a rotation, wait/),
  ]);
});

test.each([
  ['a secret that is no JSON object', () => [SECRET_WORD], /not in the RDS form/],
  [
    'a secret without a host',
    ({ username, password }: DatabaseSecret) => ({ username, password }),
    /host must be a host name/,
  ],
  [
    'a secret with an empty host, the port 0 and a number as its database',
    (secret: DatabaseSecret) => ({ ...secret, host: '', port: 0, dbname: 7 }),
    /host must be .*DATABASE_HOST.*port must be .*DATABASE_PORT.*dbname must be .*DATABASE_NAME/,
  ],
])('%s', async (_, change, detail) => {
  const diagnosis = await diagnose(withSecret(await storeSecret(change)));
  expect(diagnosis.of('database credentials')).toMatchObject([
    finding('failed', detail, /"username", "password".*DATABASE_HOST/),
  ]);
  expect(diagnosis.of('database login')).toMatchObject([
    { status: 'skipped', detail: 'needs: database credentials' },
  ]);
});

test.each([
  ['a secret that does not exist', 'ResourceNotFoundException', /does not exist/, /region/],
  ['a secret that may not be read', 'AccessDeniedException', /denies/, /GetSecretValue/],
  ['a secret whose key may not be used', 'DecryptionFailure', /decrypted/, /kms:Decrypt/],
])('%s', async (_, type, detail, remedy) => {
  setVariable('AWS_ENDPOINT_URL_SECRETS_MANAGER', await startService(() => refusal(400, type)));
  const diagnosis = await diagnose(withSecret(await createSetup()));
  expect(diagnosis.of('database credentials')).toMatchObject([finding('failed', detail, remedy)]);
});

test('no AWS credentials to sign an IAM token with', async () => {
  const { env } = await createSetup();
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) setVariable(name, '');
  setVariable('AWS_CONFIG_FILE', '/nowhere');
  setVariable('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  setVariable('AWS_EC2_METADATA_DISABLED', 'true');
  const diagnosis = await diagnose({
    DEAD_LETTER_QUEUE_URL: env.DEAD_LETTER_QUEUE_URL,
    DATABASE_IAM_USER: 'sink',
    DATABASE_HOST: '127.0.0.1',
    DATABASE_NAME: 'app',
  });
  expect(diagnosis.of('database credentials')).toMatchObject([
    finding('failed', /no AWS credentials were found/, /AWS_PROFILE/),
  ]);
});
