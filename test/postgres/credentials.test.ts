import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createCredentials } from '../../src/postgres/connection/credentials.ts';
import { createDatabase as createPool } from '../../src/postgres/connection/pool.ts';
import type { LoginSource } from '../../src/settings/login.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { createDatabase } from '../support/database.ts';
import { startSecrets } from '../support/secrets.ts';

const POOL = {
  table: ['notifications'],
  poolSize: 1,
  connectTimeoutMs: 3000,
  statementTimeoutMs: 10_000,
  ssl: false,
} as const;

/** Credentials from a secret with these fields, which RDS would have written. */
async function fromSecret(fields: object, overrides: object = {}) {
  const secrets = await startSecrets();
  onTestFinished(() => secrets.stop());
  secrets.versions.set('AWSCURRENT', fields as never);
  const client = new SecretsManagerClient({ endpoint: secrets.endpoint });
  onTestFinished(() => client.destroy());
  return createCredentials({ kind: 'secret', arn: 'arn', ...overrides }, () => client);
}

const SECRET = { host: 'db.example', port: 6432, username: 'sink', password: 'p', dbname: 'app' };

test('a secret in the form that RDS uses is all that a login needs', async () => {
  expect(await (await fromSecret(SECRET)).current()).toEqual({
    host: 'db.example',
    port: 6432,
    user: 'sink',
    password: 'p',
    database: 'app',
  });
});

test('the settings name the proxy or the host that the secret does not', async () => {
  const proxy = { host: 'proxy.example', port: 5433, database: 'other' };
  const login = { ...proxy, user: 'sink', password: 'p' };
  expect(await (await fromSecret(SECRET, proxy)).current()).toEqual(login);
  const managed = { username: 'sink', password: 'p' };
  expect(await (await fromSecret(managed, proxy)).current()).toEqual(login);
});

test('a port in digits and fields that are null are as good', async () => {
  const secret = { ...SECRET, port: '6432', dbname: null };
  expect(await (await fromSecret(secret)).current()).toMatchObject({
    ...{ port: 6432, database: 'postgres' },
  });
});

test.each([
  ['without a host', { username: 'sink', password: 'p' }, 'deployment', 'set DATABASE_HOST'],
  ['without a password', { host: 'db', username: 'sink' }, 'credentials', 'username and password'],
  ['with an empty user', { ...SECRET, username: '' }, 'credentials', 'and not empty'],
  ['with a password that is a number', { ...SECRET, password: 1234 }, 'credentials', 'strings'],
  ['with an empty host', { ...SECRET, host: '' }, 'deployment', 'host must be a host name'],
  ['with two hosts', { ...SECRET, host: 'one,two' }, 'deployment', 'host must be a host name'],
  ['with a host and a port', { ...SECRET, host: 'db:5432' }, 'deployment', 'without a port'],
  ['with a host that is a list', { ...SECRET, host: ['db'] }, 'deployment', 'host must be'],
  ['with the port 0', { ...SECRET, port: 0 }, 'deployment', 'port must be a whole number from 1'],
  ['with an empty port', { ...SECRET, port: '' }, 'deployment', 'or set DATABASE_PORT'],
  ['with a port that is no number', { ...SECRET, port: 'main' }, 'deployment', 'port must be'],
  ['with a port that is true', { ...SECRET, port: true }, 'deployment', 'port must be'],
  ['with half a port', { ...SECRET, port: 54.32 }, 'deployment', 'port must be'],
  ['with an empty database', { ...SECRET, dbname: '' }, 'deployment', 'or set DATABASE_NAME'],
  ['with a database that is a number', { ...SECRET, dbname: 7 }, 'deployment', 'dbname must be'],
])('a secret %s says what is missing', async (_, fields, fault, message) => {
  const credentials = await fromSecret(fields);
  await expect(credentials.current()).rejects.toMatchObject({
    fault,
    message: expect.stringContaining(message),
  });
});

test('an IAM user logs in with a token of its own for each connection', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const database = await createDatabase();
  const user = `iam_${process.pid}_${Date.now()}`;
  const { hostname: host, port, pathname } = new URL(database.url);
  const source = { kind: 'iam', user, host, port: +port, database: pathname.slice(1) } as const;
  const pool = createPool({ ...POOL, source }, createCredentials(source, noSecrets));
  onTestFinished(async () => {
    await pool.end();
    await database.query(`DROP ROLE ${user}`);
  });
  await database.query(`CREATE ROLE ${user} LOGIN PASSWORD '${await tokenOf(source)}'`);
  const login = () => pool.run(startDeadline(10_000), (client) => client.query('SELECT 1'));
  expect((await login()).rowCount).toBe(1);

  // A token is good for 15 minutes.
  vi.setSystemTime(Date.now() + 16 * 60_000);
  await database.query(`ALTER ROLE ${user} PASSWORD '${await tokenOf(source)}'`);
  await database.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1',
    [user],
  );
  expect((await login()).rowCount).toBe(1);

  await database.query(`ALTER ROLE ${user} PASSWORD 'another'`);
  await database.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1',
    [user],
  );
  await expect(login()).rejects.toMatchObject({ fault: 'credentials', code: '28P01' });
});

test('where no token can be signed, the error names the cause and no secret', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, '');
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
    vi.stubEnv(name, '/nonexistent');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const database = await createDatabase();
  const { hostname: host, port } = new URL(database.url);
  const source = { kind: 'iam', user: 'sink', host, port: +port, database: 'app' } as const;
  const pool = createPool({ ...POOL, source }, createCredentials(source, noSecrets));
  onTestFinished(() => pool.end());
  const login = pool.run(startDeadline(10_000), (client) => client.query('SELECT 1'));
  await expect(login).rejects.toMatchObject({
    fault: 'deployment',
    code: 'CredentialsProviderError',
    message: 'No IAM token could be signed (CredentialsProviderError).',
  });
});

function noSecrets(): never {
  throw new Error('no secret is configured');
}

/** The token that a login of this second gets: the clock stands still. */
async function tokenOf(source: Extract<LoginSource, { kind: 'iam' }>): Promise<string> {
  const { password } = await createCredentials(source, noSecrets).current();
  if (typeof password !== 'function') throw new Error('a token is made for each connection');
  return password();
}
