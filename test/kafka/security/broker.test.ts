import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createTopic } from '../../../local/kafka.ts';
import { connectionOptions } from '../../../src/kafka/connection.ts';
import { explain } from '../../../src/kafka/explain.ts';
import { preflight } from '../../../src/kafka/preflight.ts';
import type { Env } from '../../../src/settings/reader.ts';
import { failureOf, readConnection } from '../../consumer/support/connection.ts';
import { listen } from '../support/listen.ts';
import { login, STRANGER, unsignedToken } from '../support/logins.ts';
import { createRenewalProxy } from '../support/renewal-proxy.ts';
import {
  type Listener,
  MTLS,
  type SecureKafka,
  startSecureKafka,
  TLS,
} from '../support/secure-kafka.ts';

const TOPIC = 'notifications';
const EXPIRED = join(import.meta.dirname, 'tls', 'expired');
const WRONG = { username: 'nobody', password: 'not this one' };
const oauth = (token: string) => ({ KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_SASL_TOKEN: token });

let kafka: SecureKafka;

/** The settings for one of the broker's listeners. */
const at = (listener: Listener, protocol: string, env: Env = {}): Env => ({
  KAFKA_BOOTSTRAP_SERVERS: kafka.at[listener],
  KAFKA_SECURITY_PROTOCOL: protocol,
  ...env,
});

async function produce(value: string) {
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [kafka.at.PLAINTEXT] });
  await producer.send({ messages: [{ topic: TOPIC, value: Buffer.from(value) }] });
  await producer.close();
}

/** A consumer with a group of its own, closed with the test. */
function createConsumer(env: Env): Consumer {
  const consumer = new Consumer({
    clientId: 'test',
    groupId: `group-${crypto.randomUUID()}`,
    ...connectionOptions(readConnection(env)),
  });
  onTestFinished(() => consumer.close(true));
  return consumer;
}

/** Reads the topic from its beginning until the record with this value. */
async function arrival(consumer: Consumer, value: string): Promise<void> {
  const stream = await consumer.consume({ topics: [TOPIC], mode: 'earliest' });
  for await (const message of stream) if (message.value.toString() === value) return;
  throw new Error(`the stream ended before ${value}`);
}

describe.skipIf(inject('kafka') === null)('over a broker with every kind of connection', () => {
  beforeAll(async () => {
    kafka = await startSecureKafka();
    await createTopic(kafka.at.PLAINTEXT, TOPIC, 1);
    await produce('first');
  });
  afterAll(() => kafka?.stop());

  test.each<[string, Listener, string, Env]>([
    ['in plain text', 'PLAINTEXT', 'PLAINTEXT', {}],
    ['over TLS', 'SSL', 'SSL', TLS],
    ['over TLS with a client certificate', 'MTLS', 'SSL', MTLS],
    ['by PLAIN', 'SASL_PLAINTEXT', 'SASL_PLAINTEXT', login('PLAIN')],
    ['by SCRAM-SHA-256', 'SASL_PLAINTEXT', 'SASL_PLAINTEXT', login('SCRAM-SHA-256')],
    ['by SCRAM-SHA-512', 'SASL_PLAINTEXT', 'SASL_PLAINTEXT', login('SCRAM-SHA-512')],
    ['by OAUTHBEARER', 'SASL_PLAINTEXT', 'SASL_PLAINTEXT', oauth(unsignedToken())],
    ['by PLAIN over TLS', 'SASL_SSL', 'SASL_SSL', { ...TLS, ...login('PLAIN') }],
    ['by SCRAM-SHA-512 over TLS', 'SASL_SSL', 'SASL_SSL', { ...TLS, ...login('SCRAM-SHA-512') }],
  ])('a record arrives %s [K1]', async (_way, listener, protocol, env) => {
    const settings = at(listener, protocol, env);
    await preflight({ connection: readConnection(settings), topics: [TOPIC] });
    await arrival(createConsumer(settings), 'first');
  });

  test('records still arrive when the session of a login was renewed twice', async () => {
    const consumer = createConsumer(at('SASL_PLAINTEXT', 'SASL_PLAINTEXT', oauth(unsignedToken())));
    const later = arrival(consumer, 'later');
    const renewed = () => once(consumer, 'client:broker:sasl:authentication:extended');
    await Promise.race([renewed().then(renewed), later]);
    await produce('later');
    await later;
  });

  // An error that nobody listened to would fail the run.
  test('the process lives on when a connection breaks while its login is renewed', async () => {
    const proxy = await createRenewalProxy(kafka.at.SASL_PLAINTEXT);
    const settings = at('SASL_PLAINTEXT', 'SASL_PLAINTEXT', oauth(unsignedToken()));
    const connection = readConnection({ ...settings, KAFKA_BOOTSTRAP_SERVERS: proxy.address });
    const admin = new Admin({ clientId: 'test', ...connectionOptions(connection) });
    onTestFinished(() => admin.close());
    const versions = await admin.listApis();
    await proxy.broken;
    expect(await admin.listApis()).toEqual(versions);
  });

  test.each<[string, Listener, string, Env, string, string]>([
    [
      'TLS to a port of plain text',
      ...(['PLAINTEXT', 'SSL', TLS] as const),
      'protocol',
      "speaks no TLS: name the port of Kafka's SSL listener in KAFKA_BOOTSTRAP_SERVERS, or set KAFKA_SECURITY_PROTOCOL=PLAINTEXT.",
    ],
    [
      'a login over TLS to a port of plain text',
      ...(['SASL_PLAINTEXT', 'SASL_SSL', { ...TLS, ...login('PLAIN') }] as const),
      'protocol',
      "speaks no TLS: name the port of Kafka's SASL_SSL listener in KAFKA_BOOTSTRAP_SERVERS, or set KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT.",
    ],
    [
      'plain text to a port of TLS',
      ...(['SSL', 'PLAINTEXT', {}] as const),
      'protocol',
      'speaks TLS on this port: set KAFKA_SECURITY_PROTOCOL=SSL',
    ],
    [
      'a login in plain text to a port of TLS',
      ...(['SASL_SSL', 'SASL_PLAINTEXT', login('PLAIN')] as const),
      'protocol',
      'speaks TLS on this port: set KAFKA_SECURITY_PROTOCOL=SASL_SSL',
    ],
    [
      'a login where none is taken',
      ...(['PLAINTEXT', 'SASL_PLAINTEXT', login('PLAIN')] as const),
      'protocol',
      'Kafka takes no login on this port: name the port of its SASL_PLAINTEXT listener',
    ],
    [
      'no login where one is wanted',
      ...(['SASL_PLAINTEXT', 'PLAINTEXT', {}] as const),
      'login',
      'wants a login on this port: set KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT and KAFKA_SASL_MECHANISM.',
    ],
    [
      'no login where one is wanted, over TLS',
      ...(['SASL_SSL', 'SSL', TLS] as const),
      'login',
      'wants a login on this port: set KAFKA_SECURITY_PROTOCOL=SASL_SSL and KAFKA_SASL_MECHANISM.',
    ],
    [
      'a mechanism that is not offered',
      ...(['SASL_SSL', 'SASL_SSL', { ...TLS, ...login('SCRAM-SHA-256') }] as const),
      'login',
      'Kafka does not offer the mechanism SCRAM-SHA-256, it offers PLAIN, SCRAM-SHA-512, OAUTHBEARER: set KAFKA_SASL_MECHANISM',
    ],
    ...['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
      (mechanism): [string, Listener, string, Env, string, string] => [
        `a wrong password by ${mechanism}`,
        'SASL_PLAINTEXT',
        'SASL_PLAINTEXT',
        login(mechanism, WRONG),
        'login',
        `Kafka refused the login by ${mechanism}: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`,
      ],
    ),
    [
      'an expired token',
      ...(['SASL_PLAINTEXT', 'SASL_PLAINTEXT', oauth(unsignedToken(-60))] as const),
      'login',
      'Kafka refused the login by OAUTHBEARER: check that KAFKA_SASL_TOKEN is for this cluster and has not expired.',
    ],
    [
      "a cluster that does not accept MSK's tokens",
      'SASL_SSL',
      'SASL_SSL',
      { ...TLS, KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM', AWS_REGION: 'eu-central-1' },
      'login',
      "Kafka refused the login by AWS_MSK_IAM: check that AWS_REGION is the cluster's, that",
    ],
    [
      'a certificate of an unknown authority',
      ...(['SSL', 'SSL', {}] as const),
      'certificate',
      "is self-signed or of an unknown authority (DEPTH_ZERO_SELF_SIGNED_CERT): set KAFKA_CA_FILE to the authority's certificate.",
    ],
    [
      'no client certificate where one is wanted',
      ...(['MTLS', 'SSL', TLS] as const),
      'certificate',
      'asks for a client certificate (ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE): set KAFKA_CERT_FILE and KAFKA_KEY_FILE.',
    ],
    [
      'a client certificate that the broker does not trust',
      'MTLS',
      'SSL',
      { ...TLS, KAFKA_CERT_FILE: `${EXPIRED}.crt`, KAFKA_KEY_FILE: `${EXPIRED}.key` },
      'certificate',
      'refuses the client certificate (ERR_SSL_',
    ],
    [
      'a topic that this user may not read',
      ...(['SASL_PLAINTEXT', 'SASL_PLAINTEXT', login('PLAIN', STRANGER)] as const),
      'permission',
      'Kafka does not let this user read the topic notifications: grant it READ on the topic, or name another topic in the definition.',
    ],
    [
      'brokers that say they are where nobody listens',
      ...(['LOST', 'PLAINTEXT', {}] as const),
      'unreachable',
      'Kafka answers, but says that its brokers are at 127.0.0.1:1, and there nobody does: set advertised.listeners',
    ],
  ])(
    'says what is wrong and what to do: %s [K1]',
    async (...[, listener, protocol, env, fault, sentence]) => {
      expect(await failureOf(at(listener, protocol, env), TOPIC)).toEqual([
        fault,
        expect.stringContaining(sentence),
      ]);
    },
  );

  test('says that the certificate is for another host name [K1]', async () => {
    const settings = at('SSL', 'SSL', TLS);
    const KAFKA_BOOTSTRAP_SERVERS = kafka.at.SSL.replace('127.0.0.1', 'localhost');
    expect(await failureOf({ ...settings, KAFKA_BOOTSTRAP_SERVERS }, TOPIC)).toEqual([
      'certificate',
      expect.stringContaining(
        'is for another host name than localhost (ERR_TLS_CERT_ALTNAME_INVALID): name the brokers in KAFKA_BOOTSTRAP_SERVERS',
      ),
    ]);
  });

  test('a bootstrap server that hangs does not keep the others from being asked [K1]', async () => {
    const silent = await listen(createServer((socket) => socket.resume()));
    const connection = readConnection({
      KAFKA_BOOTSTRAP_SERVERS: `${silent},${kafka.at.PLAINTEXT}`,
      KAFKA_CONNECT_TIMEOUT_MS: '500',
    });
    await expect(preflight({ connection, topics: [TOPIC] })).resolves.toBeUndefined();
  });

  test('a bootstrap server that is away does not hide what is wrong with the others [K1]', async () => {
    const KAFKA_BOOTSTRAP_SERVERS = `127.0.0.1:1,${kafka.at.SASL_PLAINTEXT}`;
    expect(await failureOf({ KAFKA_BOOTSTRAP_SERVERS }, TOPIC)).toEqual([
      'login',
      expect.stringContaining('wants a login on this port'),
    ]);
  });

  test('says that there is no such topic [K2]', async () => {
    expect(await failureOf(at('PLAINTEXT', 'PLAINTEXT'), 'no-such-topic')).toEqual([
      'topic',
      'Kafka has no topic no-such-topic: create it, or name another topic in the definition.',
    ]);
  });

  test('says that this user may read the topic but not join the group', async () => {
    await allowReading(STRANGER.username);
    const settings = at('SASL_SSL', 'SASL_SSL', { ...TLS, ...login('PLAIN', STRANGER) });
    const target = { connection: readConnection(settings), topics: [TOPIC] };
    await preflight(target);
    const error = await createConsumer(settings)
      .consume({ topics: [TOPIC] })
      .then(
        () => null,
        (error) => explain(error, target),
      );
    expect(error).toMatchObject({
      fault: 'permission',
      message:
        'Kafka does not let this user join the consumer group: grant it READ on the group, or set KAFKA_GROUP_ID.',
    });
  });
});

/** Lets a user read the topic, and nothing else. */
async function allowReading(username: string) {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.at.PLAINTEXT] });
  await admin.createAcls({
    creations: [
      {
        resourceType: 2,
        resourceName: TOPIC,
        resourcePatternType: 3,
        principal: `User:${username}`,
        host: '*',
        operation: 3,
        permissionType: 3,
      },
    ],
  });
  await admin.close();
}
