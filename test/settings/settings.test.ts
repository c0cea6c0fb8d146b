import { describe, expect, test } from 'vitest';
import { readConsumer } from '../../src/settings/consumer.ts';
import { readDatabase } from '../../src/settings/database.ts';
import { readLambda, readLambdaSettings } from '../../src/settings/lambda.ts';
import { type Env, readSettings } from '../../src/settings/reader.ts';
import { readConsumeSettings } from '../../src/settings/service.ts';
import { problemsOf } from './support/problems.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/111122223333/dead-letters';
const URL_ENV = {
  DATABASE_URL: 'postgres://sink:hunter2@127.0.0.1:5432/app',
  DEAD_LETTER_QUEUE_URL: QUEUE,
};
const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db';
const SECRET_ENV = { DATABASE_SECRET_ARN: ARN, DEAD_LETTER_QUEUE_URL: QUEUE };

/** The settings of the function and of the consumer at once. */
const readBoth = (env: Env) =>
  readSettings(env, (reader) => ({ lambda: readLambda(reader), consumer: readConsumer(reader) }));

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((part, name) => (part as Record<string, unknown>)[name], value);

describe('defaults', () => {
  test.each([
    ['DATABASE_POOL_SIZE', 'sink.database.poolSize', 2],
    ['DATABASE_CONNECT_TIMEOUT_MS', 'sink.database.connectTimeoutMs', 3000],
    ['DATABASE_STATEMENT_TIMEOUT_MS', 'sink.database.statementTimeoutMs', 10_000],
    ['DATABASE_SSLMODE', 'sink.database.ssl', false],
    ['PARTIAL_BATCH_RESPONSE', 'partialBatchResponse', false],
    ['TOMBSTONE_POLICY', 'sink.tombstonePolicy', 'dead-letter'],
    ['RETRY_MAX_ATTEMPTS', 'sink.retry.maxAttempts', 3],
    ['RETRY_BASE_DELAY_MS', 'sink.retry.baseDelayMs', 100],
    ['RETRY_MAX_DELAY_MS', 'sink.retry.maxDelayMs', 5000],
    ['RETRY_JITTER', 'sink.retry.jitter', 0.2],
    ['CIRCUIT_BREAKER_THRESHOLD', 'sink.circuitBreaker.threshold', 5],
    ['CIRCUIT_BREAKER_OPEN_MS', 'sink.circuitBreaker.openMs', 1000],
    ['CIRCUIT_BREAKER_MAX_OPEN_MS', 'sink.circuitBreaker.maxOpenMs', 3000],
    ['DEADLINE_MARGIN_MS', 'deadlineMarginMs', 1000],
    ['FAILURE_PAUSE_MS', 'failurePauseMs', 0],
    ['POWERTOOLS_SERVICE_NAME', 'telemetry.serviceName', 'kafka-pg-sink'],
    ['POWERTOOLS_METRICS_NAMESPACE', 'telemetry.namespace', 'KafkaPgSink'],
    ['STAGE', 'telemetry.stage', 'local'],
  ])('%s not set or empty gives its documented default', (name, path, expected) => {
    expect(at(readLambdaSettings(URL_ENV), path)).toEqual(expected);
    expect(at(readLambdaSettings({ ...URL_ENV, [name]: '' }), path)).toEqual(expected);
  });

  test.each([
    ['KAFKA_BOOTSTRAP_SERVERS', 'consumer.connection.bootstrapServers', ['localhost:9092']],
    ['KAFKA_GROUP_ID', 'consumer.groupId', undefined],
    ['KAFKA_GROUP_INSTANCE_ID', 'consumer.groupInstanceId', undefined],
    ['KAFKA_SESSION_TIMEOUT_MS', 'consumer.sessionTimeoutMs', 45_000],
    ['KAFKA_AUTO_OFFSET_RESET', 'consumer.autoOffsetReset', 'latest'],
    ['BATCH_SIZE', 'consumer.batchSize', 100],
    ['FLUSH_INTERVAL_MS', 'consumer.flushIntervalMs', 5000],
    ['MAX_BATCH_SIZE', 'consumer.maxBatchSize', 1000],
    ['MAX_BATCH_BYTES', 'consumer.maxBatchBytes', 1024 * 1024],
    ['SHUTDOWN_TIMEOUT_MS', 'consumer.shutdownTimeoutMs', 25_000],
    ['HTTP_HOST', 'http.host', '127.0.0.1'],
    ['HTTP_PORT', 'http.port', 8080],
    ['CLOUDWATCH_METRICS', 'telemetry.cloudWatchMetrics', false],
  ])(
    '%s of consume not set or empty gives its documented default [K1] [K2]',
    (name, path, expected) => {
      expect(at(readConsumeSettings(URL_ENV), path)).toEqual(expected);
      expect(at(readConsumeSettings({ ...URL_ENV, [name]: '' }), path)).toEqual(expected);
    },
  );
});

test('each setting is taken over as it is set [B1] [B2] [R1]', () => {
  const env = {
    ...SECRET_ENV,
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
    KAFKA_GROUP_ID: 'group',
    KAFKA_MAX_UNCOMPRESSED_BYTES: '3000000',
    KAFKA_GROUP_INSTANCE_ID: 'sink-0',
    KAFKA_SESSION_TIMEOUT_MS: '21000',
    KAFKA_AUTO_OFFSET_RESET: 'earliest',
    BATCH_SIZE: '17',
    FLUSH_INTERVAL_MS: '18',
    MAX_BATCH_SIZE: '19',
    MAX_BATCH_BYTES: '22000',
    SHUTDOWN_TIMEOUT_MS: '23',
    HTTP_HOST: '::1',
    HTTP_PORT: '0',
    CLOUDWATCH_METRICS: 'enabled',
    POWERTOOLS_SERVICE_NAME: 'orders',
    POWERTOOLS_METRICS_NAMESPACE: 'Shop',
    STAGE: 'prod',
  };
  const names = { serviceName: 'orders', namespace: 'Shop', stage: 'prod' };
  const sink = {
    database: {
      source: { kind: 'secret', arn: ARN },
      poolSize: 7,
      connectTimeoutMs: 11,
      statementTimeoutMs: 12,
      ssl: false,
    },
    deadLetterQueueUrl: QUEUE,
    tombstonePolicy: 'ignore',
    retry: { maxAttempts: 0, baseDelayMs: 13, maxDelayMs: 14, jitter: 0 },
    circuitBreaker: { threshold: 8, openMs: 15, maxOpenMs: 16 },
  };
  expect(readLambdaSettings(env)).toEqual({
    sink,
    partialBatchResponse: true,
    deadlineMarginMs: 0,
    failurePauseMs: 20,
    telemetry: { ...names, trace: false, cloudWatchMetrics: true },
  });
  expect(readConsumeSettings(env)).toEqual({
    sink,
    consumer: {
      connection: {
        bootstrapServers: ['a.example:9092', 'b.example:9093'],
        connectTimeoutMs: 5000,
        maxUncompressedBytes: 3_000_000,
        tls: false,
        sasl: null,
      },
      groupId: 'group',
      groupInstanceId: 'sink-0',
      sessionTimeoutMs: 21_000,
      autoOffsetReset: 'earliest',
      batchSize: 17,
      flushIntervalMs: 18,
      maxBatchSize: 19,
      maxBatchBytes: 22_000,
      shutdownTimeoutMs: 23,
    },
    http: { host: '::1', port: 0 },
    telemetry: { ...names, trace: false, cloudWatchMetrics: true },
  });
});

/** A wrong value of each variable, and how the rule in the error begins. */
const WRONG = [
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
  ['KAFKA_GROUP_ID', 'a group', 'a name without white space'],
  ['KAFKA_GROUP_INSTANCE_ID', ' ', 'a name without white space that no other member has'],
  ['STAGE', ' ', 'a name'],
  ['KAFKA_AUTO_OFFSET_RESET', 'none', 'one of earliest, latest'],
  ['BATCH_SIZE', '0', 'a whole number from 1 to'],
  ['FLUSH_INTERVAL_MS', '-1', 'a whole number from 0 to'],
  ['MAX_BATCH_SIZE', '10001', 'a whole number from 1 to 10000'],
  ['MAX_BATCH_BYTES', '1023', 'a whole number from 1024 to'],
  ['KAFKA_SESSION_TIMEOUT_MS', '5999', 'a whole number from 6000 to'],
  ['SHUTDOWN_TIMEOUT_MS', '0', 'a whole number from 1 to'],
] as const;

describe('wrong settings', () => {
  test.each(WRONG)('%s=%s stops the start and says what it must be', (name, value, rule) => {
    const problems = problemsOf({ ...URL_ENV, [name]: value }, readBoth);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${name}=${JSON.stringify(value)}: must be ${rule}`);
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
    ['PARTIAL_BATCH_RESPONSE', ['Enabled', 'yes', '1', ' enabled']],
  ])('%s accepts none of %j', (name, values) => {
    for (const value of values)
      expect(problemsOf({ ...URL_ENV, [name]: value }, readBoth)).toEqual([
        expect.stringContaining(`${name}=${JSON.stringify(value)}: must be`),
      ]);
  });

  test.each([
    ['DEAD_LETTER_QUEUE_URL', ['http://localhost:4566/000000000000/q', QUEUE]],
    [
      'DATABASE_URL',
      ['postgresql://u@h/d?sslmode=require', 'postgres://u:p@[::1]:5432/d?sslmode=disable'],
    ],
    ['RETRY_JITTER', ['0', '1', '0.25', '0.125']],
    ['RETRY_MAX_ATTEMPTS', ['0', '10', '100']],
    ['RETRY_BASE_DELAY_MS', ['5000']],
    ['CIRCUIT_BREAKER_OPEN_MS', ['3000']],
    ['DEADLINE_MARGIN_MS', ['0', '300000']],
    ['BATCH_SIZE', ['1', '1000']],
    ['MAX_BATCH_SIZE', ['100']],
  ])('%s accepts each of %j', (name, values) => {
    for (const value of values)
      expect(problemsOf({ ...URL_ENV, [name]: value }, readBoth)).toEqual([]);
  });

  test('all wrong settings are named in one error', () => {
    const env = { ...URL_ENV, ...Object.fromEntries(WRONG.map(([name, value]) => [name, value])) };
    expect(problemsOf(env, readBoth)).toHaveLength(WRONG.length);
    expect(() => readBoth(env)).toThrow(`${WRONG.length} settings are wrong`);
    for (const [name, value, rule] of WRONG)
      expect(() => readBoth(env)).toThrow(`${name}=${JSON.stringify(value)}: must be ${rule}`);
  });

  test.each([
    [
      'no queue',
      { DEAD_LETTER_QUEUE_URL: undefined },
      ['DEAD_LETTER_QUEUE_URL is not set: set it to the URL of an SQS queue'],
    ],
    [
      'an empty queue',
      { DEAD_LETTER_QUEUE_URL: '' },
      ['DEAD_LETTER_QUEUE_URL is not set: set it to the URL of an SQS queue'],
    ],
    [
      'a retry that begins above its limit',
      { RETRY_BASE_DELAY_MS: '5001' },
      ['RETRY_BASE_DELAY_MS (5001) must be at most RETRY_MAX_DELAY_MS (5000)'],
    ],
    [
      'a breaker that begins above its limit',
      { CIRCUIT_BREAKER_OPEN_MS: '3001' },
      ['CIRCUIT_BREAKER_OPEN_MS (3001) must be at most CIRCUIT_BREAKER_MAX_OPEN_MS (3000)'],
    ],
  ])('%s is refused', (_, change, expected) => {
    const problems = problemsOf({ ...URL_ENV, ...change }, readBoth);
    expect(problems).toHaveLength(1);
    for (const text of expected) expect(problems[0]).toContain(text);
  });

  test('a batch that could never be full is refused', () => {
    const problems = problemsOf({ ...URL_ENV, BATCH_SIZE: '101', MAX_BATCH_SIZE: '100' }, readBoth);
    expect(problems).toEqual([
      'BATCH_SIZE (101) must be at most MAX_BATCH_SIZE (100): lower it, or raise MAX_BATCH_SIZE',
    ]);
  });
});

test("the function's own settings mean nothing to consume [K1]", () => {
  const theirs = { PARTIAL_BATCH_RESPONSE: 'no', DEADLINE_MARGIN_MS: 'no', FAILURE_PAUSE_MS: 'no' };
  expect(problemsOf({ ...URL_ENV, ...theirs }, readLambdaSettings)).toHaveLength(3);
  expect(problemsOf({ ...URL_ENV, ...theirs }, readConsumeSettings)).toEqual([]);
});

test.each([
  [true, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }],
  [true, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', POWERTOOLS_TRACE_ENABLED: 'yes' }],
  [false, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', POWERTOOLS_TRACE_ENABLED: 'False' }],
  [false, { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', POWERTOOLS_TRACE_ENABLED: 'true' }],
  [false, {}],
])('whether X-Ray gets segments is %s with %j', (trace, env) => {
  expect(readLambdaSettings({ ...URL_ENV, ...env }).telemetry.trace).toBe(trace);
});

test.each([
  ['the handler', readLambdaSettings],
  ['the consumer', readBoth],
  ['the migrations', (env: Env) => readSettings(env, readDatabase)],
])('the settings of %s are frozen to its depth', (_, read) => {
  const parts: unknown[] = [read(SECRET_ENV)];
  for (const part of parts) {
    expect(part).toSatisfy(Object.isFrozen);
    for (const value of Object.values(part as object))
      if (typeof value === 'object' && value !== null) parts.push(value);
  }
  expect(parts.length).toBeGreaterThan(1);
});
