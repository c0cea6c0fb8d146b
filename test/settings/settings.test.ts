import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/record/errors.ts';
import { readConsumerConfig } from '../../src/settings/consumer.ts';
import type { Env } from '../../src/settings/reader.ts';
import { readConfig, readMigrationConfig } from '../../src/settings/sink.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/111122223333/dead-letters';
const URL_ENV = {
  DATABASE_URL: 'postgres://sink:hunter2@db.example:5432/app',
  DEAD_LETTER_QUEUE_URL: QUEUE,
};
const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db';
const SECRET_ENV = { DATABASE_SECRET_ARN: ARN, DEAD_LETTER_QUEUE_URL: QUEUE };
/** Changes of URL_ENV. */
const SECRET = { DATABASE_URL: '', DATABASE_SECRET_ARN: ARN };
const IAM = {
  DATABASE_URL: '',
  DATABASE_IAM_USER: 'sink',
  DATABASE_HOST: 'db.example',
  DATABASE_NAME: 'app',
};
const PEM = readFileSync(new URL('../doctor/tls/server.crt', import.meta.url), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-test-'));
  writeFileSync(join(folder, 'ca.pem'), PEM);
  writeFileSync(join(folder, 'empty.pem'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(env: Env, read: (env: Env) => unknown = readConfig): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((part, name) => (part as Record<string, unknown>)[name], value);

describe('defaults', () => {
  test.each([
    ['DATABASE_TABLE', 'database.table', ['notifications']],
    ['DATABASE_POOL_SIZE', 'database.poolSize', 2],
    ['DATABASE_CONNECT_TIMEOUT_MS', 'database.connectTimeoutMs', 3000],
    ['DATABASE_STATEMENT_TIMEOUT_MS', 'database.statementTimeoutMs', 10_000],
    ['DATABASE_SSLMODE', 'database.ssl', false],
    ['PARTIAL_BATCH_RESPONSE', 'partialBatchResponse', false],
    ['TOMBSTONE_POLICY', 'tombstonePolicy', 'dead-letter'],
    ['RETRY_MAX_ATTEMPTS', 'retry.maxAttempts', 3],
    ['RETRY_BASE_DELAY_MS', 'retry.baseDelayMs', 100],
    ['RETRY_MAX_DELAY_MS', 'retry.maxDelayMs', 5000],
    ['RETRY_JITTER', 'retry.jitter', 0.2],
    ['CIRCUIT_BREAKER_THRESHOLD', 'circuitBreaker.threshold', 5],
    ['CIRCUIT_BREAKER_OPEN_MS', 'circuitBreaker.openMs', 1000],
    ['CIRCUIT_BREAKER_MAX_OPEN_MS', 'circuitBreaker.maxOpenMs', 4000],
    ['DEADLINE_MARGIN_MS', 'deadlineMarginMs', 1000],
    ['FAILURE_PAUSE_MS', 'failurePauseMs', 0],
  ])('%s not set or empty gives its documented default', (name, path, expected) => {
    expect(at(readConfig(URL_ENV), path)).toEqual(expected);
    expect(at(readConfig({ ...URL_ENV, [name]: '' }), path)).toEqual(expected);
  });

  test.each([
    ['KAFKA_BOOTSTRAP_SERVERS', 'connection.bootstrapServers', ['localhost:9092']],
    ['KAFKA_TOPIC', 'topic', 'notifications'],
    ['KAFKA_GROUP_ID', 'groupId', 'kafka-pg-sink'],
    ['KAFKA_GROUP_INSTANCE_ID', 'groupInstanceId', null],
    ['KAFKA_SESSION_TIMEOUT_MS', 'sessionTimeoutMs', 45_000],
    ['KAFKA_AUTO_OFFSET_RESET', 'autoOffsetReset', 'latest'],
    ['BATCH_SIZE', 'batchSize', 100],
    ['FLUSH_INTERVAL_MS', 'flushIntervalMs', 5000],
    ['MAX_BATCH_SIZE', 'maxBatchSize', 10_000],
    ['MAX_BATCH_BYTES', 'maxBatchBytes', 16 * 1024 * 1024],
    ['SHUTDOWN_TIMEOUT_MS', 'shutdownTimeoutMs', 25_000],
  ])(
    '%s of the consumer not set or empty gives its documented default [K1] [K2]',
    (name, path, expected) => {
      expect(at(readConsumerConfig(URL_ENV), path)).toEqual(expected);
      expect(at(readConsumerConfig({ ...URL_ENV, [name]: '' }), path)).toEqual(expected);
    },
  );
});

test('each setting is taken over as it is set [B1] [B2] [R1]', () => {
  const env = {
    ...SECRET_ENV,
    DATABASE_TABLE: 'app.Notifications_2',
    DATABASE_POOL_SIZE: '7',
    DATABASE_CONNECT_TIMEOUT_MS: '11',
    DATABASE_STATEMENT_TIMEOUT_MS: '12',
    DATABASE_SSLMODE: 'disable',
    PARTIAL_BATCH_RESPONSE: 'enabled',
    TOMBSTONE_POLICY: 'ignore',
    RETRY_MAX_ATTEMPTS: '0',
    RETRY_BASE_DELAY_MS: '13',
    RETRY_MAX_DELAY_MS: '14',
    RETRY_JITTER: '0',
    CIRCUIT_BREAKER_THRESHOLD: '8',
    CIRCUIT_BREAKER_OPEN_MS: '15',
    CIRCUIT_BREAKER_MAX_OPEN_MS: '16',
    DEADLINE_MARGIN_MS: '0',
    FAILURE_PAUSE_MS: '20',
    KAFKA_BOOTSTRAP_SERVERS: 'a.example:9092,b.example:9093',
    KAFKA_TOPIC: 'other.topic',
    KAFKA_GROUP_ID: 'group',
    KAFKA_GROUP_INSTANCE_ID: 'sink-0',
    KAFKA_SESSION_TIMEOUT_MS: '21000',
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    BATCH_SIZE: '17',
    FLUSH_INTERVAL_MS: '18',
    MAX_BATCH_SIZE: '19',
    MAX_BATCH_BYTES: '22000',
    SHUTDOWN_TIMEOUT_MS: '23',
  };
  expect(readConfig(env)).toEqual({
    database: {
      source: { kind: 'secret', arn: ARN },
      table: ['app', 'Notifications_2'],
      poolSize: 7,
      connectTimeoutMs: 11,
      statementTimeoutMs: 12,
      ssl: false,
    },
    deadLetterQueueUrl: QUEUE,
    partialBatchResponse: true,
    tombstonePolicy: 'ignore',
    retry: { maxAttempts: 0, baseDelayMs: 13, maxDelayMs: 14, jitter: 0 },
    circuitBreaker: { threshold: 8, openMs: 15, maxOpenMs: 16 },
    deadlineMarginMs: 0,
    failurePauseMs: 20,
  });
  expect(readConsumerConfig(env)).toMatchObject({
    connection: { bootstrapServers: ['a.example:9092', 'b.example:9093'] },
    topic: 'other.topic',
    groupId: 'group',
    groupInstanceId: 'sink-0',
    sessionTimeoutMs: 21_000,
    autoOffsetReset: 'earliest',
    batchSize: 17,
    flushIntervalMs: 18,
    maxBatchSize: 19,
    maxBatchBytes: 22_000,
    shutdownTimeoutMs: 23,
  });
});

/** A wrong value of each variable, and a part of what the error must call accepted. */
const WRONG = [
  ['DATABASE_TABLE', 'notifications; drop table x', 'a table name'],
  ['DATABASE_POOL_SIZE', '0', 'a whole number from 1 to'],
  ['DATABASE_CONNECT_TIMEOUT_MS', '3s', 'a whole number from 1 to'],
  ['DATABASE_STATEMENT_TIMEOUT_MS', '1.5', 'a whole number from 1 to'],
  ['DATABASE_SSLMODE', 'prefer', 'one of disable, require, verify-ca, verify-full'],
  ['DEAD_LETTER_QUEUE_URL', 'dead-letters', 'the URL of an SQS queue'],
  ['PARTIAL_BATCH_RESPONSE', 'true', 'one of enabled, disabled'],
  ['TOMBSTONE_POLICY', 'drop', 'one of dead-letter, ignore'],
  ['RETRY_MAX_ATTEMPTS', '-1', 'a whole number from 0 to'],
  ['RETRY_BASE_DELAY_MS', '0x10', 'a whole number from 1 to'],
  ['RETRY_MAX_DELAY_MS', '1e3', 'a whole number from 1 to'],
  ['RETRY_JITTER', '1.1', 'a number from 0 to 1'],
  ['CIRCUIT_BREAKER_THRESHOLD', ' 5', 'a whole number from 1 to'],
  ['CIRCUIT_BREAKER_OPEN_MS', 'NaN', 'a whole number from 1 to'],
  ['CIRCUIT_BREAKER_MAX_OPEN_MS', 'Infinity', 'a whole number from 1 to'],
  ['DEADLINE_MARGIN_MS', '99999999', 'a whole number from 0 to'],
  ['FAILURE_PAUSE_MS', '4s', 'a whole number from 0 to'],
  ['KAFKA_BOOTSTRAP_SERVERS', 'localhost', 'host:port'],
  ['KAFKA_TOPIC', 'no spaces', 'a topic name'],
  ['KAFKA_GROUP_ID', ' ', 'a group name'],
  ['KAFKA_AUTO_OFFSET_RESET', 'none', 'one of earliest, latest'],
  ['BATCH_SIZE', '0', 'a whole number from 1 to'],
  ['FLUSH_INTERVAL_MS', '0', 'a whole number from 1 to'],
  ['MAX_BATCH_SIZE', '10001', 'a whole number from 1 to 10000'],
  ['MAX_BATCH_BYTES', '1023', 'a whole number from 1024 to'],
  ['KAFKA_SESSION_TIMEOUT_MS', '5999', 'a whole number from 6000 to'],
  ['SHUTDOWN_TIMEOUT_MS', '0', 'a whole number from 1 to'],
] as const;

describe('wrong settings', () => {
  test.each(WRONG)('%s=%s stops the start and says what is accepted', (name, value, accepted) => {
    const problems = problemsOf({ ...URL_ENV, [name]: value }, readConsumerConfig);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}=${JSON.stringify(value)}: accepted is ${accepted}`);
  });

  test.each([
    [
      'DEAD_LETTER_QUEUE_URL',
      ['ftp://h/q', ' https://h/q', 'https://h/q x', 'https://h', 'https://'],
    ],
    ['RETRY_JITTER', ['x0.2', '0.2x', '.5', '1.', '1e-1', '-0.1', '1.01']],
    ['RETRY_MAX_ATTEMPTS', ['1.0', '+1', '3 ', '٣', '101']],
    ['DATABASE_POOL_SIZE', ['101', '-2', '2,5']],
    [
      'KAFKA_BOOTSTRAP_SERVERS',
      ['a:1 b:2', ' a:1', 'a:1,', 'a:1,b', 'a:', ':1', 'a:123456', 'a:1,,b:2'],
    ],
    ['KAFKA_TOPIC', ['.', '..', 'a/b', 'ü', 'x'.repeat(250)]],
    ['PARTIAL_BATCH_RESPONSE', ['Enabled', 'yes', '1', ' enabled']],
  ])('%s accepts none of %j', (name, values) => {
    for (const value of values)
      expect(problemsOf({ ...URL_ENV, [name]: value }, readConsumerConfig)).toEqual([
        expect.stringContaining(`${name}=${JSON.stringify(value)}: accepted is`),
      ]);
  });

  test.each([
    ['DEAD_LETTER_QUEUE_URL', ['http://localhost:4566/000000000000/q', QUEUE]],
    ['DATABASE_URL', ['postgresql://u@h/d', 'postgres://u:p@[::1]:5432/d?sslmode=disable']],
    ['RETRY_JITTER', ['0', '1', '0.25', '0.125']],
    ['RETRY_MAX_ATTEMPTS', ['0', '10', '100']],
    ['RETRY_BASE_DELAY_MS', ['5000']],
    ['CIRCUIT_BREAKER_OPEN_MS', ['4000']],
    ['DEADLINE_MARGIN_MS', ['0', '300000']],
    ['KAFKA_TOPIC', ['...', '..a', '.a', 'a.b_c-D9', 'x'.repeat(249)]],
    ['BATCH_SIZE', ['1', '10000']],
    ['MAX_BATCH_SIZE', ['100']],
  ])('%s accepts each of %j', (name, values) => {
    for (const value of values)
      expect(problemsOf({ ...URL_ENV, [name]: value }, readConsumerConfig)).toEqual([]);
  });

  test('all wrong settings are named in one error', () => {
    const env = { ...URL_ENV, ...Object.fromEntries(WRONG.map(([name, value]) => [name, value])) };
    expect(problemsOf(env, readConsumerConfig)).toHaveLength(WRONG.length);
    expect(() => readConsumerConfig(env)).toThrow(`${WRONG.length} settings are wrong`);
    for (const [name, value, accepted] of WRONG)
      expect(() => readConsumerConfig(env)).toThrow(
        `${name}=${JSON.stringify(value)}: accepted is ${accepted}`,
      );
  });

  test.each([
    ['no queue', { DEAD_LETTER_QUEUE_URL: undefined }, ['DEAD_LETTER_QUEUE_URL is not set']],
    ['an empty queue', { DEAD_LETTER_QUEUE_URL: '' }, ['DEAD_LETTER_QUEUE_URL is not set']],
    ['two databases', { DATABASE_SECRET_ARN: ARN }, ['more than one of DATABASE_URL']],
    ['no database', { DATABASE_URL: '' }, ['none of DATABASE_URL']],
    ['a port that is none', { ...SECRET, DATABASE_PORT: '0' }, ['DATABASE_PORT="0"']],
    ['a host with a port', { ...SECRET, DATABASE_HOST: 'db:5432' }, ['DATABASE_HOST="db:5432"']],
    ['a host beside a URL', { DATABASE_HOST: 'db.example' }, ['DATABASE_HOST, DATABASE_PORT']],
    ['an IAM user without a host', { ...IAM, DATABASE_HOST: '' }, ['without DATABASE_HOST or']],
    ['an IAM user without a database', { ...IAM, DATABASE_NAME: '' }, ['or DATABASE_NAME']],
    ['a token in plain text', { ...IAM, DATABASE_SSLMODE: 'disable' }, ['in plain text']],
    ['a retry that begins above its limit', { RETRY_BASE_DELAY_MS: '5001' }, ['5001', '5000']],
    [
      'a breaker that begins above its limit',
      { CIRCUIT_BREAKER_OPEN_MS: '4001' },
      ['4001', '4000'],
    ],
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

  test('a batch that could never be full is refused', () => {
    const problems = problemsOf(
      { ...URL_ENV, BATCH_SIZE: '101', MAX_BATCH_SIZE: '100' },
      readConsumerConfig,
    );
    expect(problems).toEqual([expect.stringMatching(/BATCH_SIZE.*101.*MAX_BATCH_SIZE.*100/)]);
  });

  test('the consumer refuses wrong settings of the handler that it drives', () => {
    expect(problemsOf({ ...URL_ENV, RETRY_JITTER: 'x' }, readConsumerConfig)).toHaveLength(1);
  });
});

describe('the database', () => {
  test('a secret gives all coordinates that no setting names', () => {
    expect(at(readConfig({ ...URL_ENV, ...SECRET }), 'database.source')).toEqual({
      kind: 'secret',
      arn: ARN,
    });
    const proxy = { DATABASE_HOST: 'proxy.example', DATABASE_PORT: '6432', DATABASE_NAME: 'app' };
    expect(at(readConfig({ ...URL_ENV, ...SECRET, ...proxy }), 'database.source')).toEqual({
      kind: 'secret',
      arn: ARN,
      host: 'proxy.example',
      port: 6432,
      database: 'app',
    });
  });

  test('an IAM user logs in over verified TLS', () => {
    const { source, ssl } = readConfig({ ...URL_ENV, ...IAM }).database;
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
  ])('a wrong DATABASE_URL is refused and its password never shown: %s', (url) => {
    const [problem, ...others] = problemsOf({ ...URL_ENV, DATABASE_URL: url });
    expect(others).toEqual([]);
    expect(problem).toContain('DATABASE_URL');
    expect(problem).toContain('postgres://user:password@host:5432/database');
    expect(problem).not.toMatch(/hunter2|db\.example|sink:/);
  });

  test('no message about other settings shows the password', () => {
    const env = { ...URL_ENV, ...Object.fromEntries(WRONG.map(([name, value]) => [name, value])) };
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
      expect(problems).toEqual([expect.stringContaining(`sslmode=${mode}: accepted is one of`)]);
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
  ])('%s in the URL is refused', (parameter) => {
    const DATABASE_URL = `${URL_ENV.DATABASE_URL}?sslmode=require&${parameter}`;
    const [name] = parameter.split('=');
    const expected = [expect.stringMatching(`DATABASE_URL names ${name}:.*DATABASE_CA_FILE`)];
    expect(problemsOf({ ...URL_ENV, DATABASE_URL })).toEqual(expected);
    const env = { ...URL_ENV, DATABASE_URL, DATABASE_SSLMODE: 'verify-full' };
    expect(problemsOf(env)).toEqual(expected);
  });

  /** How a mode verifies: the chain, and the host's name. */
  const VERIFIES = {
    disable: null,
    require: { chain: false, name: false },
    'verify-ca': { chain: true, name: false },
    'verify-full': { chain: true, name: true },
  };
  const verifies = (env: Env) => {
    const { ssl } = readConfig(env).database;
    return ssl && { chain: ssl.rejectUnauthorized, name: ssl.checkServerIdentity === undefined };
  };

  test.each(Object.entries(VERIFIES))('%s means what it means to libpq', (mode, expected) => {
    const url = `${URL_ENV.DATABASE_URL}?sslmode=${mode}`;
    expect(verifies({ ...URL_ENV, DATABASE_URL: url }) || null).toEqual(expected);
    expect(verifies({ ...URL_ENV, DATABASE_SSLMODE: mode }) || null).toEqual(expected);
    expect(verifies({ ...SECRET_ENV, DATABASE_SSLMODE: mode }) || null).toEqual(expected);
  });

  test('with a secret, verify-full is the default', () => {
    expect(readConfig(SECRET_ENV).database.source).toEqual({ kind: 'secret', arn: ARN });
    expect(verifies(SECRET_ENV)).toEqual(VERIFIES['verify-full']);
  });

  test('DATABASE_SSLMODE wins over the URL, which keeps its other parameters', () => {
    const url = `${URL_ENV.DATABASE_URL}?sslmode=require&application_name=x`;
    const env = { ...URL_ENV, DATABASE_URL: url, DATABASE_SSLMODE: 'verify-full' };
    expect(verifies(env)).toEqual(VERIFIES['verify-full']);
    expect(readConfig(env).database.source).toEqual({
      kind: 'url',
      url: `${URL_ENV.DATABASE_URL}?application_name=x`,
    });
  });

  test('an authority is read from its file, and verified under require too', () => {
    const ca = join(folder, 'ca.pem');
    const env = { ...URL_ENV, DATABASE_SSLMODE: 'require', DATABASE_CA_FILE: ca };
    expect(readConfig(env).database.ssl).toMatchObject({ ca: PEM, rejectUnauthorized: true });
  });

  test.each([
    ['missing.pem', 'cannot be read (ENOENT)'],
    ['empty.pem', 'holds no usable certificate'],
    ['', 'cannot be read (EISDIR)'],
  ])('an authority in %j is refused', (file, expected) => {
    const path = join(folder, file);
    expect(problemsOf({ ...SECRET_ENV, DATABASE_CA_FILE: path })).toEqual([
      expect.stringContaining(`DATABASE_CA_FILE=${JSON.stringify(path)} ${expected}`),
    ]);
  });

  test.each(['a.b.c', '1a', 'a-b', '.a', 'a.', 'a b', '"a"'])('table %s is refused', (table) => {
    expect(problemsOf({ ...URL_ENV, DATABASE_TABLE: table })).toHaveLength(1);
  });
});

describe('migrations', () => {
  test('need the database only', () => {
    const { DATABASE_URL } = URL_ENV;
    expect(readMigrationConfig({ DATABASE_URL }).table).toEqual(['notifications']);
    expect(
      readMigrationConfig({ DATABASE_URL, DATABASE_TABLE: 'app.notifications' }).table,
    ).toEqual(['app', 'notifications']);
  });

  test.each(['alerts', 'notifications.alerts', 'Notifications'])(
    'refuse table %s, which they would not create',
    (table) => {
      expect(problemsOf({ ...URL_ENV, DATABASE_TABLE: table }, readMigrationConfig)).toEqual([
        expect.stringContaining(`DATABASE_TABLE="${table}"`),
      ]);
    },
  );
});

test.each([
  ['the handler', readConfig],
  ['the consumer', readConsumerConfig],
  ['the migrations', readMigrationConfig],
])('the configuration of %s is frozen to its depth', (_, read) => {
  const parts: unknown[] = [read(SECRET_ENV)];
  for (const part of parts) {
    expect(part).toSatisfy(Object.isFrozen);
    for (const value of Object.values(part as object))
      if (typeof value === 'object' && value !== null) parts.push(value);
  }
  expect(parts.length).toBeGreaterThan(1);
});
