import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { ProtocolError } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { explain } from '../../../src/kafka/explain.ts';
import { failureOf, readConnection } from '../../consumer/support/connection.ts';
import { listen } from '../support/listen.ts';
import { login } from '../support/logins.ts';

const EXPIRED = join(import.meta.dirname, 'tls', 'expired');

const failureAt = (servers: string, env: Record<string, string> = {}) =>
  failureOf(
    { KAFKA_BOOTSTRAP_SERVERS: servers, KAFKA_CONNECT_TIMEOUT_MS: '200', ...env },
    'notifications',
  );

test('says that the connection was refused, and where [K1]', async () => {
  expect(await failureAt('127.0.0.1:1,127.0.0.1:2')).toEqual([
    'unreachable',
    'No Kafka broker answered at 127.0.0.1:1, 127.0.0.1:2: the connection was refused (ECONNREFUSED). Check KAFKA_BOOTSTRAP_SERVERS and that the broker runs.',
  ]);
});

test('says that the host name is unknown [K1]', async () => {
  expect(await failureAt('kafka.invalid:9092', { KAFKA_CONNECT_TIMEOUT_MS: '10000' })).toEqual([
    'unreachable',
    expect.stringMatching(
      /^No Kafka broker was found at kafka\.invalid:9092: the host name is unknown \((ENOTFOUND|EAI_AGAIN)\)\. Check KAFKA_BOOTSTRAP_SERVERS/,
    ),
  ]);
});

test.each([
  ['in plain text', {}],
  ['over TLS', { KAFKA_SECURITY_PROTOCOL: 'SSL' }],
  ['to a login', { KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...login('PLAIN') }],
])('names the time after which a silent broker was given up, %s [K1]', async (_way, env) => {
  const silent = await listen(createServer((socket) => socket.resume()));
  expect(await failureAt(silent, env)).toEqual([
    'unreachable',
    expect.stringMatching(
      `^No Kafka broker answered at ${silent} within 200 ms: check KAFKA_BOOTSTRAP_SERVERS.* KAFKA_CONNECT_TIMEOUT_MS gives it longer`,
    ),
  ]);
});

test('says that the connection was ended, where no reason is to be had [K1]', async () => {
  const rude = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
  expect(await failureAt(rude)).toEqual([
    'closed',
    expect.stringMatching(`^The connection to Kafka at ${rude} broke \\(\\w+\\): check`),
  ]);
});

test('says that the certificate has expired [K1]', async () => {
  const cert = readFileSync(`${EXPIRED}.crt`);
  const expired = await listen(createTlsServer({ cert, key: readFileSync(`${EXPIRED}.key`) }));
  const env = { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_CA_FILE: `${EXPIRED}.crt` };
  expect(await failureAt(expired, env)).toEqual([
    'certificate',
    `The certificate of Kafka at ${expired} is not valid today (CERT_HAS_EXPIRED): renew it, and check the clock of this machine.`,
  ]);
});

test('says that what answers speaks plain text where TLS was expected [K1]', async () => {
  const http = await listen(
    createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  expect(await failureAt(http, { KAFKA_SECURITY_PROTOCOL: 'SSL' })).toEqual([
    'protocol',
    expect.stringContaining(`What listens at ${http} speaks no TLS`),
  ]);
});

test('says that a partition has no leader', () => {
  const target = { connection: readConnection({}), topics: ['notifications'] };
  expect(explain(new ProtocolError('LEADER_NOT_AVAILABLE'), target)).toMatchObject({
    fault: 'unreachable',
    message:
      "A partition of the topic notifications has no leader at the moment: check that all of Kafka's brokers run.",
  });
});

test('names the code of an error that it knows nothing about', () => {
  const target = { connection: readConnection({}), topics: ['notifications'] };
  expect(explain(new ProtocolError('UNSUPPORTED_VERSION'), target)).toMatchObject({
    fault: 'unknown',
    message: "Kafka at localhost:9092 cannot be used (UNSUPPORTED_VERSION): see the broker's log.",
  });
});
