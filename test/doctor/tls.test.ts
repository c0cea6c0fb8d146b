import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { LocalPostgres } from '../../local/postgres.ts';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';
import { CERTIFICATE, startTlsPostgres } from './support/tls-postgres.ts';

let postgres: LocalPostgres;
beforeAll(async () => {
  postgres = await startTlsPostgres();
});
afterAll(() => postgres.stop());

/** The settings for the server with TLS, which has no table. */
const settings = (env: Record<string, string>) => ({
  DATABASE_URL: postgres.url,
  DEAD_LETTER_QUEUE_URL: `${inject('sqsEndpoint')}/000000000000/queue`,
  ...env,
});

test('a server that refuses TLS', async () => {
  const { env } = await createSetup();
  const diagnosis = await diagnose({ ...env, DATABASE_SSLMODE: 'verify-full' });
  expect(diagnosis.of('database TLS')).toMatchObject([
    finding('failed', /the server does not speak TLS/, /ssl = on/),
  ]);
  expect(diagnosis.of('database login')).toMatchObject([
    { status: 'skipped', detail: 'needs: database TLS' },
  ]);
});

test('a certificate that is self-signed', async () => {
  const diagnosis = await diagnose(settings({ DATABASE_SSLMODE: 'verify-full' }));
  expect(diagnosis.of('database TLS')).toMatchObject([
    finding('failed', /self-signed.*DEPTH_ZERO_SELF_SIGNED_CERT/, /DATABASE_CA_FILE.*pem/),
  ]);
});

test('a certificate of a known authority for this host', async () => {
  const diagnosis = await diagnose(
    settings({ DATABASE_SSLMODE: 'verify-full', DATABASE_CA_FILE: CERTIFICATE }),
  );
  expect(diagnosis.of('database TLS')).toMatchObject([
    { status: 'passed', detail: 'TLSv1.3, certificate checked, and its host name' },
  ]);
  expect(diagnosis.of('database login')).toMatchObject([{ status: 'passed' }]);
});

test('a certificate for another host name', async () => {
  const url = new URL(postgres.url);
  url.hostname = 'localhost';
  const diagnosis = await diagnose(
    settings({
      DATABASE_URL: url.href,
      DATABASE_SSLMODE: 'verify-full',
      DATABASE_CA_FILE: CERTIFICATE,
    }),
  );
  expect(diagnosis.of('database TLS')).toMatchObject([
    finding('failed', /another host name than localhost/, /verify-ca/),
  ]);
});

test('a certificate that nobody checks', async () => {
  const diagnosis = await diagnose(settings({ DATABASE_SSLMODE: 'require' }));
  expect(diagnosis.of('database TLS')).toMatchObject([
    finding('warned', /nobody checks whose certificate/, /verify-full/),
  ]);
  expect(diagnosis.of('database login')).toMatchObject([{ status: 'passed' }]);
});
