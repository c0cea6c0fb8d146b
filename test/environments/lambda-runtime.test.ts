import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTable } from '../../local/create-table.ts';
import type { LocalPostgres } from '../../local/postgres.ts';
import { invokeWithSamples, startFunction } from '../deploy/support/function.ts';
import { buildBundle, type Packaged, packageStage } from '../deploy/support/package.ts';
import { USUAL } from '../deploy/support/parameters.ts';
import { AUTHORITY, startTlsPostgres } from '../doctor/support/tls-postgres.ts';
import { takeDeadLetters } from '../support/queue.ts';
import { readEvent } from '../support/sink.ts';
import { hasTools, TOOLS } from '../support/tools.ts';
import { startMoto } from './support/moto.ts';

const ready = hasTools(
  ['python', 'lambdaRuntime'],
  "the test of the archive under Lambda's own runtime client is",
);

/** What a deployment has, as far as it can be had: Lambda's own client of its Runtime API, and services that are not ours. */
describe.runIf(ready)("the packaged archive under Lambda's own runtime client", () => {
  let postgres: LocalPostgres;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let database: pg.Client;
  let secrets: SecretsManagerClient;
  let sqs: SQSClient;
  let secret: string;
  let queue: string;
  let packaged: Packaged;

  /** As RDS writes it. */
  const login = (username: string, password: string) => {
    const port = Number(new URL(postgres.url).port);
    return JSON.stringify({ host: '127.0.0.1', port, username, password, dbname: 'postgres' });
  };

  beforeAll(async () => {
    [postgres, moto] = await Promise.all([startTlsPostgres('signed'), startMoto(), buildBundle()]);
    const { endpoint } = moto;
    [secrets, sqs] = [new SecretsManagerClient({ endpoint }), new SQSClient({ endpoint })];
    database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    await createTable(postgres.url);
    await database.query(
      `CREATE ROLE sink LOGIN PASSWORD 'first'; GRANT SELECT, INSERT ON notifications TO sink`,
    );
    const { ARN = '' } = await secrets.send(
      new CreateSecretCommand({ Name: 'database', SecretString: login('sink', 'first') }),
    );
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead-letters' }));
    [secret, queue] = [ARN, QueueUrl];
    packaged = await packageSink();
  });
  afterAll(async () => {
    secrets?.destroy();
    sqs?.destroy();
    await database?.end();
    await Promise.all([postgres?.stop(), moto?.stop()]);
  });

  const packageSink = (parameters: Record<string, string> = {}) =>
    packageStage('test', {
      ...{ ...USUAL.msk, databaseSecretArn: secret, databaseCaFile: AUTHORITY },
      ...parameters,
    });
  const start = (archive = packaged, queueUrl = queue) =>
    startFunction(
      archive,
      { DeadLetterQueue: queueUrl },
      { AWS_ENDPOINT_URL_SQS: moto.endpoint, AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.endpoint },
      (handler) => [TOOLS.lambdaRuntime, handler],
    );
  const rows = async () => (await database.query('SELECT id FROM notifications')).rows.length;

  test('stores what is valid with the login of the secret, and dead-letters the rest', async () => {
    const sink = await start();
    await invokeWithSamples(sink, rows);
    const deadLetters = await takeDeadLetters(sqs, queue);
    expect(deadLetters).toHaveLength(10);
    expect(new Set(deadLetters.map(({ reason }) => reason)).size).toBeGreaterThan(1);
  });

  test('names what failed, and stores it with the password of a secret that was rotated', async () => {
    await database.query('TRUNCATE notifications; ALTER TABLE notifications RENAME TO elsewhere');
    const sink = await start();
    expect(await sink.invoke(readEvent('msk'))).toMatchObject({
      response: { batchItemFailures: { length: 4 } },
    });
    await database.query(
      `ALTER TABLE elsewhere RENAME TO notifications; ALTER ROLE sink PASSWORD 'second';
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sink'`,
    );
    await secrets.send(
      new PutSecretValueCommand({ SecretId: secret, SecretString: login('sink', 'second') }),
    );
    expect(await sink.invoke(readEvent('msk'))).toMatchObject({
      response: { batchItemFailures: [] },
    });
    expect(await rows()).toBe(4);
  });

  test('tells Lambda what is wrong with its settings, and does not start', async () => {
    await expect(start(packaged, 'not a queue')).rejects.toThrow(
      /1 setting is wrong:[\s\S]*DEAD_LETTER_QUEUE_URL/,
    );
  });

  test('tells Lambda that the whole batch must come again, where the mapping reads no response', async () => {
    const onDemand = await packageSink({ mode: 'on-demand' });
    await database.query('ALTER TABLE notifications RENAME TO elsewhere');
    onTestFinished(async () => {
      await database.query('ALTER TABLE elsewhere RENAME TO notifications');
    });
    const sink = await start(onDemand);
    expect(await sink.invoke(readEvent('msk'))).toMatchObject({
      error: {
        errorType: 'BatchFailedError',
        errorMessage: expect.stringContaining('4 records failed'),
      },
    });
  });
});
