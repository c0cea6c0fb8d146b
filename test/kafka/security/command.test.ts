import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTopic } from '../../../local/kafka.ts';
import type { Env } from '../../../src/settings/reader.ts';
import { buildCommand } from '../../support/built-command.ts';
import { startNode } from '../../support/process.ts';
import { login, unsignedToken } from '../support/logins.ts';
import {
  type Listener,
  MTLS,
  type SecureKafka,
  startSecureKafka,
  TLS,
} from '../support/secure-kafka.ts';

const { folder, node } = buildCommand();

test('no module of the bundled command has lost the names of what it exports', async () => {
  const modules = readdirSync(join(folder, 'command')).filter((name) => name.endsWith('.mjs'));
  const nameless: string[] = [];
  for (const name of modules.filter((one) => one !== 'kafka-pg-sink.mjs')) {
    const exported = Object.keys(await import(join(folder, 'command', name)));
    // A package in CommonJS that is a module alone has only its default.
    if (exported.length === 1 && exported[0] === 'default') nameless.push(name);
  }
  expect(modules.length).toBeGreaterThan(20);
  expect(nameless).toEqual([]);
});

const OAUTH = { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_SASL_TOKEN: unsignedToken() };

describe.skipIf(inject('kafka') === null)('the bundled command over a real broker', () => {
  let kafka: SecureKafka;
  beforeAll(async () => {
    kafka = await startSecureKafka();
    await createTopic(kafka.at.PLAINTEXT, 'notifications', 1);
  });
  afterAll(() => kafka?.stop());

  async function doctor(listener: Listener, protocol: string, env: Env): Promise<string> {
    const { ended, output } = startNode(
      [...node, 'doctor'],
      {
        DATABASE_URL: 'postgres://127.0.0.1:1/none',
        SINK_CONFIG: join(folder, 'sink.config.mjs'),
        KAFKA_BOOTSTRAP_SERVERS: kafka.at[listener],
        KAFKA_SECURITY_PROTOCOL: protocol,
        ...env,
      },
      folder,
    );
    await ended;
    return output();
  }

  test.each<[string, Listener, string, Env]>([
    ['in plain text', 'PLAINTEXT', 'PLAINTEXT', {}],
    ['over TLS', 'SSL', 'SSL', TLS],
    ['over TLS with a client certificate', 'MTLS', 'SSL', MTLS],
    ['by PLAIN over TLS', 'SASL_SSL', 'SASL_SSL', { ...TLS, ...login('PLAIN') }],
    ['by SCRAM-SHA-256', 'SASL_PLAINTEXT', 'SASL_PLAINTEXT', login('SCRAM-SHA-256')],
    ['by SCRAM-SHA-512 over TLS', 'SASL_SSL', 'SASL_SSL', { ...TLS, ...login('SCRAM-SHA-512') }],
    ['by OAUTHBEARER', 'SASL_PLAINTEXT', 'SASL_PLAINTEXT', OAUTH],
  ])('is let in %s [K1]', async (_way, listener, protocol, env) => {
    expect(await doctor(listener, protocol, env)).toContain(
      'lets the consumer in; it has notifications',
    );
  });

  test('signs a token of IAM, which this broker refuses', async () => {
    const iam = { KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM', AWS_REGION: 'eu-central-1' };
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
    const output = await doctor('SASL_SSL', 'SASL_SSL', { ...TLS, ...iam, ...keys });
    expect(output).toMatch(/Kafka refused the login/);
    expect(output).not.toContain('No IAM token');
  });
});
