import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionOptions } from '../../src/kafka/connection.ts';
import type { Env } from '../../src/settings/reader.ts';
import { readConnection } from '../consumer/support/connection.ts';
import { CERTIFICATE, KEY } from '../kafka/support/secure-kafka.ts';
import { problemsOf as problemsOfReading } from './support/problems.ts';

const SSL = { KAFKA_SECURITY_PROTOCOL: 'SSL' };
const SASL_SSL = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' };
const PLAIN = {
  ...SASL_SSL,
  KAFKA_SASL_MECHANISM: 'PLAIN',
  KAFKA_SASL_USERNAME: 'sink',
  KAFKA_SASL_PASSWORD: 'hunter2',
};
const OAUTH = { ...SASL_SSL, KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_SASL_TOKEN: 'a.b.c' };
const MSK = { ...SASL_SSL, KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM', AWS_REGION: 'eu-central-1' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-test-'));
  writeFileSync(join(folder, 'empty.pem'), '');
  writeFileSync(
    join(folder, 'torn.pem'),
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const problemsOf = (env: Env) => problemsOfReading(env, readConnection);

test('without settings it is plain text to a broker on this machine [K1]', () => {
  expect(readConnection({})).toEqual({
    bootstrapServers: ['localhost:9092'],
    connectTimeoutMs: 5000,
    maxUncompressedBytes: 67_108_864,
    tls: false,
    sasl: null,
  });
});

test('each setting is taken over as it is set [K1]', () => {
  expect(
    readConnection({
      ...PLAIN,
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_BOOTSTRAP_SERVERS: 'a.example:9092,b.example:9093',
      KAFKA_CONNECT_TIMEOUT_MS: '17',
      KAFKA_MAX_UNCOMPRESSED_BYTES: '2000000',
      KAFKA_CA_FILE: CERTIFICATE,
      KAFKA_CERT_FILE: CERTIFICATE,
      KAFKA_KEY_FILE: KEY,
    }),
  ).toEqual({
    bootstrapServers: ['a.example:9092', 'b.example:9093'],
    connectTimeoutMs: 17,
    maxUncompressedBytes: 2_000_000,
    tls: {
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
      cert: expect.stringContaining('BEGIN CERTIFICATE'),
      key: expect.stringContaining('BEGIN PRIVATE KEY'),
      rejectUnauthorized: true,
    },
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'sink', password: 'hunter2' },
  });
});

test.each([
  ['OAUTHBEARER', OAUTH, { mechanism: 'OAUTHBEARER', token: 'a.b.c' }],
  ['AWS_MSK_IAM', MSK, { mechanism: 'AWS_MSK_IAM', region: 'eu-central-1' }],
])('%s needs no user name and no password', (_mechanism, env, sasl) => {
  expect(readConnection(env)).toMatchObject({ tls: { rejectUnauthorized: true }, sasl });
});

describe('one error names what does not go together', () => {
  test.each<[string, Env, string[]]>([
    [
      'an unknown protocol',
      { KAFKA_SECURITY_PROTOCOL: 'TLS' },
      ['KAFKA_SECURITY_PROTOCOL="TLS": must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL'],
    ],
    [
      'servers without port',
      { KAFKA_BOOTSTRAP_SERVERS: 'kafka' },
      [
        'KAFKA_BOOTSTRAP_SERVERS="kafka": must be host:port with a port from 1 to 65535, several separated by commas',
      ],
    ],
    [
      'a port that no machine has',
      { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092,kafka:99999' },
      [
        'KAFKA_BOOTSTRAP_SERVERS="kafka:9092,kafka:99999": must be host:port with a port from 1 to 65535, several separated by commas',
      ],
    ],
    [
      'files for TLS without TLS',
      { KAFKA_CA_FILE: CERTIFICATE },
      [
        'KAFKA_SECURITY_PROTOCOL=PLAINTEXT speaks no TLS and does not read KAFKA_CA_FILE: set SSL or SASL_SSL',
      ],
    ],
    [
      'a certificate without its key',
      { ...SSL, KAFKA_CERT_FILE: CERTIFICATE },
      ['only one of KAFKA_CERT_FILE and KAFKA_KEY_FILE is set: a client certificate needs both'],
    ],
    [
      'a key that belongs to another certificate',
      {
        ...SSL,
        KAFKA_CERT_FILE: CERTIFICATE,
        KAFKA_KEY_FILE: join(import.meta.dirname, '../kafka/security/tls/expired.key'),
      },
      [
        'KAFKA_KEY_FILE does not belong to KAFKA_CERT_FILE: must be the key of its first certificate',
      ],
    ],
    [
      'a login where the protocol has none',
      { ...PLAIN, KAFKA_SECURITY_PROTOCOL: 'SSL' },
      [
        'KAFKA_SECURITY_PROTOCOL=SSL has no login and does not read KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: set SASL_SSL',
      ],
    ],
    [
      'a protocol with login, and no mechanism',
      SASL_SSL,
      [
        'KAFKA_SASL_MECHANISM is not set, but KAFKA_SECURITY_PROTOCOL=SASL_SSL needs it: set it to one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM',
      ],
    ],
    [
      'an unknown mechanism',
      { ...PLAIN, KAFKA_SASL_MECHANISM: 'GSSAPI' },
      [
        'KAFKA_SASL_MECHANISM="GSSAPI": must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, AWS_MSK_IAM',
      ],
    ],
    [
      'no password',
      { ...PLAIN, KAFKA_SASL_PASSWORD: '' },
      ['KAFKA_SASL_MECHANISM=PLAIN needs KAFKA_SASL_PASSWORD: set it'],
    ],
    [
      'a password beside a token',
      { ...OAUTH, KAFKA_SASL_PASSWORD: 'hunter2' },
      ['KAFKA_SASL_MECHANISM=OAUTHBEARER does not read KAFKA_SASL_PASSWORD: do not set it'],
    ],
    [
      'a token with the line break of its file',
      { ...OAUTH, KAFKA_SASL_TOKEN: 'hunter2\n' },
      ['KAFKA_SASL_TOKEN (not shown): must be a token without spaces and line breaks'],
    ],
    [
      'no region for MSK',
      { ...MSK, AWS_REGION: '' },
      ['KAFKA_SASL_MECHANISM=AWS_MSK_IAM needs AWS_REGION: set it'],
    ],
    [
      'a region with a blank',
      { ...MSK, AWS_REGION: 'eu west' },
      ['AWS_REGION="eu west": must be a region, such as eu-central-1'],
    ],
    [
      "MSK's tokens in plain text",
      { ...MSK, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' },
      [
        'KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT beside KAFKA_SASL_MECHANISM=AWS_MSK_IAM: a token must not travel in plain text, and MSK refuses it; set SASL_SSL',
      ],
    ],
  ])('%s', (_case, env, problems) => {
    expect(problemsOf(env)).toEqual(problems);
    expect(problemsOf(env).join()).not.toContain('hunter2');
  });

  test('files that are not there, or hold something else', () => {
    const files = {
      ...SSL,
      KAFKA_CA_FILE: join(folder, 'missing.pem'),
      KAFKA_CERT_FILE: join(folder, 'empty.pem'),
      KAFKA_KEY_FILE: CERTIFICATE,
    };
    expect(problemsOf(files)).toEqual([
      expect.stringMatching(/^KAFKA_CA_FILE=".*missing\.pem" cannot be read \(ENOENT\): must be/),
      expect.stringMatching(
        /^KAFKA_CERT_FILE=".*empty\.pem" holds no usable certificate \(ERR_OSSL_PEM_NO_START_LINE\): must be/,
      ),
      expect.stringMatching(
        /^KAFKA_KEY_FILE=".*server\.crt" holds no usable private key \(ERR_OSSL_\w+\): must be/,
      ),
    ]);
  });

  test('a certificate that is not whole', () => {
    expect(problemsOf({ ...SSL, KAFKA_CA_FILE: join(folder, 'torn.pem') })).toEqual([
      expect.stringMatching(/^KAFKA_CA_FILE=".*torn\.pem" holds no usable certificate \(ERR_OSSL_/),
    ]);
  });
});

test.each([
  ['a host name is sent to the broker, which may serve several', 'b1.kafka.example:9094', true],
  ['an address is not, as TLS has no place for it', '127.0.0.1:9094', false],
])('%s', (_case, servers, tlsServerName) => {
  const config = readConnection({ ...SSL, KAFKA_BOOTSTRAP_SERVERS: servers });
  expect(connectionOptions(config)).toMatchObject({ tlsServerName });
});

test('the environment cannot turn the verification of certificates off', () => {
  const env = { ...SSL, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  expect(connectionOptions(readConnection(env)).tls).toEqual({ rejectUnauthorized: true });
});
