import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createTable } from '../../local/create-table.ts';
import type { LocalPostgres } from '../../local/postgres.ts';
import { CERTIFICATE, startTlsPostgres } from '../doctor/support/tls-postgres.ts';
import { createQueue } from '../support/queue.ts';
import { startSecrets } from '../support/secrets.ts';
import { readEvent } from '../support/sink.ts';
import { invokeWithSamples, startFunction } from './support/function.ts';
import { buildBundle, type Packaged, packageStage } from './support/package.ts';
import { USUAL } from './support/parameters.ts';

let postgres: LocalPostgres;
const packaged: Partial<Record<'provisioned' | 'on-demand', Packaged>> = {};

beforeAll(async () => {
  await buildBundle();
  // Nothing differs from a deployment but the authority that signed the database's certificate.
  const usual = { ...USUAL.msk, databaseCaFile: CERTIFICATE };
  [postgres, packaged.provisioned, packaged['on-demand']] = await Promise.all([
    startTlsPostgres(),
    packageStage('test', usual),
    packageStage('test', { ...usual, mode: 'on-demand' }),
  ]);
});
afterAll(() => postgres?.stop());

/** The packaged function, with an empty table, a queue, and the secret that its template names. */
async function createRig(mode: 'provisioned' | 'on-demand') {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  onTestFinished(async () => {
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await client.end();
  });
  await createTable(postgres.url);
  const { port, username, password } = new URL(postgres.url);
  const secrets = await startSecrets();
  onTestFinished(() => secrets.stop());
  const login = { host: '127.0.0.1', port: Number(port), username, password, dbname: 'postgres' };
  secrets.versions.set('AWSCURRENT', login);
  const queue = await createQueue();
  const { [mode]: archive } = packaged;
  if (!archive) throw new Error(`${mode} was not packaged`);
  const sink = await startFunction(
    archive,
    { DeadLetterQueue: queue.url },
    {
      AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    },
  );
  return {
    sink,
    queue,
    rename: (from: string, to: string) => client.query(`ALTER TABLE ${from} RENAME TO ${to}`),
    rows: async () => (await client.query('SELECT id FROM notifications')).rows.length,
  };
}

describe.each(['provisioned', 'on-demand'] as const)('the archive for %s mode', (mode) => {
  test('stores the sample events over verified TLS, and dead-letters what is rejected', async () => {
    const { sink, queue, rows } = await createRig(mode);
    await invokeWithSamples(sink, rows);
    expect(await queue.takeDeadLetters()).toHaveLength(10);
  });
});

test('with a mapping that reads responses, what failed is named', async () => {
  const { sink, rows, rename } = await createRig('provisioned');
  await rename('notifications', 'elsewhere');
  expect(await sink.invoke(readEvent('msk'))).toMatchObject({
    response: { batchItemFailures: { length: 4 } },
  });
  await rename('elsewhere', 'notifications');
  expect(await sink.invoke(readEvent('msk'))).toMatchObject({
    response: { batchItemFailures: [] },
  });
  expect(await rows()).toBe(4);
});

test('with a mapping that does not, a failure throws', async () => {
  const { sink, rename } = await createRig('on-demand');
  await rename('notifications', 'elsewhere');
  expect(await sink.invoke(readEvent('msk'))).toMatchObject({
    error: {
      errorType: 'BatchFailedError',
      errorMessage: expect.stringContaining('4 records failed'),
    },
  });
});

test('what it measures and traces says service, stage and step', async () => {
  const { sink } = await createRig('provisioned');
  await sink.invoke(readEvent('invalid'));
  await vi.waitFor(() => {
    expect([...new Set(sink.segments)].sort()).toEqual([
      '## dist/handler.handler',
      'dead-letter',
      'decode',
      'store',
    ]);
  });
  const metrics = sink.lines.filter((line) => line.includes('CloudWatchMetrics'));
  expect(metrics.map((line) => JSON.parse(line))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ service: 'kafka-pg-sink', stage: 'test', RecordsStored: 2 }),
      expect.objectContaining({ stage: 'test', function_name: 'kafka-pg-sink', ColdStart: 1 }),
    ]),
  );
});
