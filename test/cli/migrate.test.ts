import { mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalPostgres } from '../../local/postgres.ts';
import { createProject } from '../authoring/support/project.ts';
import { AUTHORITY, CERTIFICATE, startTlsPostgres } from '../doctor/support/tls-postgres.ts';
import { runCommand } from '../support/command.ts';
import { createDatabase } from '../support/database.ts';
import { fileOf } from '../support/definition-file.ts';
import { startSecrets } from '../support/secrets.ts';

let postgres: LocalPostgres;
beforeAll(async () => {
  postgres = await startTlsPostgres('signed');
});
afterAll(() => postgres.stop());

const PEM = readFileSync(AUTHORITY, 'utf8');
const BUNDLE = 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem';

/** Runs migrate as for RDS: `verify-full` against a server whose certificate a private authority has signed. */
const migrate = (env: Record<string, string>) =>
  runCommand(['migrate'], { DATABASE_URL: `${postgres.url}?sslmode=verify-full`, ...env });

test('an authority that Node.js does not know is named, with the file to download for RDS', async () => {
  const { code, stderr } = await migrate({});
  expect(code).toBe(1);
  expect(stderr).toContain(
    'The certificate is self-signed or of an unknown authority (SELF_SIGNED_CERT_IN_CHAIN); it was issued by Example RDS Root CA. Set DATABASE_CA_FILE to a file',
  );
  expect(stderr).toContain(BUNDLE);
  expect(stderr).not.toContain('    at ');
});

test('a file that does not hold the authority is told from one that is missing', async () => {
  const { code, stderr } = await migrate({ DATABASE_CA_FILE: CERTIFICATE });
  expect(code).toBe(1);
  expect(stderr).toContain(
    'it was issued by Example RDS Root CA. The file that DATABASE_CA_FILE names does not hold this authority.',
  );
});

test.each([
  ['is not there', null, /"\/nowhere\/bundle\.pem" cannot be read \(ENOENT\)/],
  ['is a page that says no', '<Error>AccessDenied</Error>', /holds no usable certificate/],
  ['is half a download', `${PEM}${PEM.slice(0, 200)}`, /is damaged or cut off/],
])('a bundle that %s is refused before anything is tried', async (_, text, message) => {
  const file = text === null ? '/nowhere/bundle.pem' : fileOf('bundle.pem', text);
  const { code, stderr } = await migrate({ DATABASE_CA_FILE: file });
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
});

test('with a bundle that holds the authority among others it migrates, with the login of a secret too', async () => {
  const bundle = fileOf('bundle.pem', readFileSync(CERTIFICATE, 'utf8') + PEM);
  const first = await migrate({ DATABASE_CA_FILE: bundle });
  expect(first).toMatchObject({ code: 0, stdout: 'migrated: 0001_create-notifications\n' });

  const { hostname: host, port, username, password, pathname } = new URL(postgres.url);
  const secrets = await startSecrets();
  secrets.versions.set('AWSCURRENT', {
    host,
    port: +port,
    username,
    password,
    dbname: pathname.slice(1),
  });
  const second = await runCommand(['migrate'], {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    DATABASE_SECRET_ARN: SECRET,
    DATABASE_CA_FILE: bundle,
  });
  await secrets.stop();
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('up to date') });
});

test('through a tunnel the host name is another, and verify-ca leaves it unchecked', async () => {
  const tunnel = new URL(postgres.url);
  // The certificate is for 127.0.0.1.
  tunnel.hostname = 'localhost';
  const env = { DATABASE_URL: tunnel.href, DATABASE_CA_FILE: AUTHORITY };
  const strict = await runCommand(['migrate'], { ...env, DATABASE_SSLMODE: 'verify-full' });
  expect(strict.stderr).toMatch(
    /another host name than localhost.*through a tunnel, DATABASE_SSLMODE=verify-ca/,
  );
  expect(await runCommand(['migrate'], { ...env, DATABASE_SSLMODE: 'verify-ca' })).toMatchObject({
    code: 0,
  });
});

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:owner-AbCdEf';

test.each([
  ['a secret', { DATABASE_SECRET_ARN: SECRET }],
  ['IAM', { DATABASE_IAM_USER: 'owner', DATABASE_HOST: '127.0.0.1', DATABASE_NAME: 'postgres' }],
])('without a region, what %s needs is said in one line', async (_, env) => {
  const { code, stderr } = await runCommand(['migrate'], {
    ...{ AWS_REGION: '', AWS_CONFIG_FILE: '/nowhere', ...env },
  });
  expect([code, stderr]).toEqual([
    1,
    'No AWS region is configured. Set AWS_REGION, or give --region to a command that takes it.\n',
  ]);
});

test('a password that PostgreSQL refuses is said in the words of the doctor', async () => {
  const database = new URL((await createDatabase()).url);
  database.username = 'nobody-like-that';
  const { code, stderr } = await runCommand(['migrate'], { DATABASE_URL: database.href });
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/\(28\w{3}\)\. Correct user and password/),
  ]);
});

test('a migration may take longer than a statement of the sink', async () => {
  const database = await createDatabase();
  const project = createProject();
  mkdirSync(project.path('migrations'));
  project.write('migrations/0001_slow.sql', 'SELECT pg_sleep(0.5);');
  const run = await runCommand(
    ['migrate', '--migrations', project.path('migrations'), '--history', 'slow'],
    {
      DATABASE_URL: database.url,
      DATABASE_STATEMENT_TIMEOUT_MS: '100',
    },
  );
  expect(run).toMatchObject({ code: 0, stdout: 'migrated: 0001_slow\n' });
});
