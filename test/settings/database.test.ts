import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DatabaseSettings, readDatabase } from '../../src/settings/database.ts';
import { type Env, readSettings } from '../../src/settings/reader.ts';
import { problemsOf as problemsOfReading } from './support/problems.ts';

const URL_ENV = { DATABASE_URL: 'postgres://sink:hunter2@127.0.0.1:5432/app' };
const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db';
const SECRET_ENV = { DATABASE_SECRET_ARN: ARN };
/** Changes of URL_ENV. */
const SECRET = { DATABASE_URL: '', DATABASE_SECRET_ARN: ARN };
const IAM = {
  DATABASE_URL: '',
  DATABASE_IAM_USER: 'sink',
  DATABASE_HOST: 'db.example',
  DATABASE_NAME: 'app',
};
const PEM = readFileSync(new URL('../doctor/tls/server.crt', import.meta.url), 'utf8');

const read = (env: Env): DatabaseSettings => readSettings(env, readDatabase);
const problemsOf = (env: Env, reading: (env: Env) => unknown = read) =>
  problemsOfReading(env, reading);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-test-'));
  writeFileSync(join(folder, 'ca.pem'), PEM);
  writeFileSync(join(folder, 'empty.pem'), '');
  writeFileSync(join(folder, 'cut-off.pem'), PEM + PEM.slice(0, 200));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the database', () => {
  test.each([
    ['two databases', { DATABASE_SECRET_ARN: ARN }, ['more than one of DATABASE_URL']],
    ['no database', { DATABASE_URL: '' }, ['none of DATABASE_URL', 'set one of them']],
    ['a port that is none', { ...SECRET, DATABASE_PORT: '0' }, ['DATABASE_PORT="0": must be']],
    ['a host with a port', { ...SECRET, DATABASE_HOST: 'db:5432' }, ['DATABASE_HOST="db:5432"']],
    ['two hosts', { ...SECRET, DATABASE_HOST: 'one,two' }, ['DATABASE_HOST="one,two"']],
    ['a host beside a URL', { DATABASE_HOST: 'db.example' }, ['DATABASE_HOST, DATABASE_PORT']],
    ['an IAM user without a host', { ...IAM, DATABASE_HOST: '' }, ['without DATABASE_HOST or']],
    ['an IAM user without a database', { ...IAM, DATABASE_NAME: '' }, ['or DATABASE_NAME']],
    ['a token in plain text', { ...IAM, DATABASE_SSLMODE: 'disable' }, ['in plain text']],
    [
      'an authority without TLS',
      { DATABASE_CA_FILE: '/ca.pem' },
      ['DATABASE_CA_FILE', 'TLS is off'],
    ],
  ])('%s is refused', (_, change, expected) => {
    const problems = problemsOf({ ...URL_ENV, ...change });
    expect(problems).toHaveLength(1);
    for (const text of expected) expect(problems[0]).toContain(text);
  });

  test('a secret gives all coordinates that no setting names', () => {
    expect(read({ ...URL_ENV, ...SECRET }).source).toEqual({
      kind: 'secret',
      arn: ARN,
    });
    const proxy = { DATABASE_HOST: 'proxy.example', DATABASE_PORT: '6432', DATABASE_NAME: 'app' };
    expect(read({ ...URL_ENV, ...SECRET, ...proxy }).source).toEqual({
      kind: 'secret',
      arn: ARN,
      host: 'proxy.example',
      port: 6432,
      database: 'app',
    });
  });

  test('an IAM user logs in over verified TLS', () => {
    const { source, ssl } = read({ ...URL_ENV, ...IAM });
    expect(source).toEqual({
      kind: 'iam',
      user: 'sink',
      host: 'db.example',
      port: 5432,
      database: 'app',
    });
    expect(ssl).toEqual({ rejectUnauthorized: true });
  });

  test.each([
    'mysql://sink:hunter2@db.example/app',
    'postgres://sink:hunter2@db.example',
    'postgres://sink:hunter2@/app',
    'postgres:///app?password=hunter2',
    'notpostgres://sink:hunter2@db.example/app',
    'postgresqlx://sink:hunter2@db.example/app',
    'sink:hunter2@db.example/app',
    'postgres://sink:hunter2@db.example:port/app',
    'host=db.example password=hunter2',
    'postgres://sink:hunter2@db.example:0/app',
    // Several hosts, and characters that end the host or the name of the database.
    'postgres://sink:hunter2@db.example,other.example/app',
    'postgres://sink:hunter2@db.example:5432,other.example:5432/app',
    'postgres://sink:hunter2#x@db.example/app',
    'postgres://sink:1#hunter2@db.example/app',
    'postgres://sink:1/hunter2@db.example/app',
    'postgres://sink:1?hunter2@db.example/app',
    'postgres://sink:hunter2@db.example/app#x',
    'postgres:///app?host=/var/run/postgresql&password=hunter2',
  ])('a wrong DATABASE_URL is refused and its password never shown: %s', (url) => {
    const [problem, ...others] = problemsOf({ ...URL_ENV, DATABASE_URL: url });
    expect(others).toEqual([]);
    expect(problem).toContain('DATABASE_URL');
    expect(problem).toContain('postgres://user:password@host:5432/database');
    expect(problem).not.toMatch(/hunter2|db\.example|sink:/);
  });

  test('a URL to another machine must say what TLS is spoken, and one to this machine need not', () => {
    const elsewhere = { DATABASE_URL: 'postgres://sink:hunter2@db.example/app' };
    expect(problemsOf(elsewhere)).toEqual([
      expect.stringMatching(/^DATABASE_URL names another machine and no sslmode.*verify-full/),
    ]);
    expect(read({ ...elsewhere, DATABASE_SSLMODE: 'disable' }).ssl).toBe(false);
    const secure = read({ DATABASE_URL: `${elsewhere.DATABASE_URL}?sslmode=verify-full` });
    expect(secure.ssl).toEqual({ rejectUnauthorized: true });
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', '%2Ftmp'])
      expect(read({ DATABASE_URL: `postgres://sink@${host}/app` }).ssl).toBe(false);
  });

  test('no message about other settings shows the password', () => {
    const env = { ...URL_ENV, DATABASE_POOL_SIZE: '0', DATABASE_SSLMODE: 'prefer' };
    const url = `${URL_ENV.DATABASE_URL}?sslmode=prefer&sslrootcert=/ca.pem`;
    const both = { ...env, DATABASE_URL: url, DATABASE_SECRET_ARN: ARN };
    expect(problemsOf({ ...both, DATABASE_SECRET_ARN: '' }).join()).not.toContain('hunter2');
    expect(problemsOf(both).join()).not.toContain('hunter2');
  });

  test.each(['allow', 'prefer', 'no-verify', 'VERIFY-FULL', ''])(
    'sslmode=%s in the URL, which may fall back to plain text, is refused',
    (mode) => {
      const problems = problemsOf({
        ...URL_ENV,
        DATABASE_URL: `${URL_ENV.DATABASE_URL}?sslmode=${mode}`,
      });
      expect(problems).toEqual([expect.stringContaining(`sslmode=${mode}: must be one of`)]);
    },
  );

  // pg reads them by rules of its own, and lets them win over DATABASE_SSLMODE: ssl=0 would turn TLS off.
  test.each([
    'sslrootcert=/file.pem',
    'sslcert=/file.pem',
    'sslkey=/file.pem',
    'ssl=0',
    'ssl=no-verify',
    'sslnegotiation=direct',
    'uselibpqcompat=true',
    'SSLMODE=verify-full',
    'SslRootCert=/file.pem',
    'sslrootcert=system',
    'channel_binding=require',
  ])('%s in the URL is refused', (parameter) => {
    const DATABASE_URL = `${URL_ENV.DATABASE_URL}?sslmode=require&${parameter}`;
    const [name] = parameter.split('=');
    const expected = [expect.stringMatching(`DATABASE_URL names ${name}:.*DATABASE_CA_FILE`)];
    expect(problemsOf({ ...URL_ENV, DATABASE_URL })).toEqual(expected);
    const env = { ...URL_ENV, DATABASE_URL, DATABASE_SSLMODE: 'verify-full' };
    expect(problemsOf(env)).toEqual(expected);
  });

  // pg would let them win over what stands before the question mark, and over what was read of it; others it ignores.
  test.each([
    'host=db.example',
    'hostaddr=192.0.2.1',
    'port=6432',
    'user=other',
    'password=hunter2',
    'connect_timeout=10',
    'target_session_attrs=read-write',
    'pgbouncer=true',
  ])('%s in the URL, which nobody would read or somebody too well, is refused', (parameter) => {
    const problems = problemsOf({ DATABASE_URL: `${URL_ENV.DATABASE_URL}?${parameter}` });
    const [name] = parameter.split('=');
    expect(problems).toEqual([
      expect.stringMatching(
        `^DATABASE_URL names ${name}: only sslmode, options, application_name are read there`,
      ),
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });

  test.each(['hunter2%', 'hunter2%zz', 'hunter2%e9'])(
    'a percent sign that stands for no character is refused: %s',
    (password) => {
      const DATABASE_URL = `postgres://sink:${password}@127.0.0.1/app`;
      const problems = problemsOf({ DATABASE_URL });
      expect(problems).toEqual([expect.stringMatching(/^DATABASE_URL holds a % .*%25/)]);
      expect(problems.join()).not.toContain('hunter2');
    },
  );

  test('a parameter that is there twice, and TLS over a socket, are refused', () => {
    const twice = `${URL_ENV.DATABASE_URL}?sslmode=verify-full&sslmode=disable`;
    expect(problemsOf({ DATABASE_URL: twice })).toEqual([expect.stringContaining('twice')]);
    const socket = 'postgres://sink@%2Ftmp/app';
    for (const env of [
      { DATABASE_URL: `${socket}?sslmode=require` },
      { DATABASE_URL: socket, DATABASE_SSLMODE: 'require' },
    ])
      expect(problemsOf(env)).toEqual([expect.stringMatching(/Unix socket.*sslmode is require/)]);
    expect(read({ DATABASE_URL: `${socket}?sslmode=disable` }).ssl).toBe(false);
  });

  test.each(['::1', 'fd00::2', '192.0.2.1', 'db.example'])(
    'DATABASE_HOST takes a name or an address: %s',
    (host) => {
      expect(read({ ...IAM, DATABASE_HOST: host }).source).toMatchObject({ host });
    },
  );

  /** How a mode verifies: the chain, and the host's name. */
  const VERIFIES = {
    disable: null,
    require: { chain: false, name: false },
    'verify-ca': { chain: true, name: false },
    'verify-full': { chain: true, name: true },
  };
  const verifies = (env: Env) => {
    const { ssl } = read(env);
    return ssl && { chain: ssl.rejectUnauthorized, name: ssl.checkServerIdentity === undefined };
  };

  test.each(Object.entries(VERIFIES))('%s means what it means to libpq', (mode, expected) => {
    const url = `${URL_ENV.DATABASE_URL}?sslmode=${mode}`;
    expect(verifies({ ...URL_ENV, DATABASE_URL: url }) || null).toEqual(expected);
    expect(verifies({ ...URL_ENV, DATABASE_SSLMODE: mode }) || null).toEqual(expected);
    expect(verifies({ ...SECRET_ENV, DATABASE_SSLMODE: mode }) || null).toEqual(expected);
  });

  test('with a secret, verify-full is the default', () => {
    expect(read(SECRET_ENV).source).toEqual({ kind: 'secret', arn: ARN });
    expect(verifies(SECRET_ENV)).toEqual(VERIFIES['verify-full']);
  });

  test('DATABASE_SSLMODE wins over the URL, which keeps its other parameters', () => {
    const url = `${URL_ENV.DATABASE_URL}?sslmode=require&application_name=x&options=-c%20geqo=off`;
    const env = { ...URL_ENV, DATABASE_URL: url, DATABASE_SSLMODE: 'verify-full' };
    expect(verifies(env)).toEqual(VERIFIES['verify-full']);
    expect(read(env).source).toEqual({
      kind: 'url',
      login: {
        ...{ host: '127.0.0.1', port: 5432, user: 'sink', password: 'hunter2', database: 'app' },
        ...{ application_name: 'x', options: '-c geqo=off' },
      },
    });
  });

  test('an authority is read from its file, and verified under require too', () => {
    const ca = join(folder, 'ca.pem');
    const env = { ...URL_ENV, DATABASE_SSLMODE: 'require', DATABASE_CA_FILE: ca };
    expect(read(env).ssl).toMatchObject({ ca: PEM, rejectUnauthorized: true });
  });

  test.each([
    ['missing.pem', 'cannot be read (ENOENT)'],
    ['empty.pem', 'holds no usable certificate'],
    ['cut-off.pem', 'is damaged or cut off'],
    ['', 'cannot be read (EISDIR)'],
  ])('an authority in %j is refused', (file, expected) => {
    const path = join(folder, file);
    expect(problemsOf({ ...SECRET_ENV, DATABASE_CA_FILE: path })).toEqual([
      expect.stringContaining(`DATABASE_CA_FILE=${JSON.stringify(path)} ${expected}`),
    ]);
  });
});
