import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { MissingBrokerError, startKafka } from '../../local/kafka.ts';
import { startPostgres } from '../../local/postgres.ts';
import { startSqs } from '../../local/sqs.ts';
import { migrate } from '../../src/postgres/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A superuser's URL; each file makes a database of its own. */
    postgresUrl: string;
    sqsEndpoint: string;
    /** Null where the machine has no broker; under CI that is a failure. */
    kafka: string | null;
  }
}

/** A database with the schema, which each file's database is copied from. */
export const TEMPLATE = 'notification_sink_template';

/** Starts the real servers once for all files, side by side. */
export default async function setup(project: TestProject) {
  const cleanup = new AsyncDisposableStack();
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>) => {
    const server = await starting;
    cleanup.defer(() => server.stop());
    return server;
  };
  try {
    const [postgres, sqs, kafka] = await Promise.all([
      keep(startPostgres({ settings: { fsync: 'off', max_connections: '200' } })),
      keep(startSqs()),
      findKafka(keep),
    ]);
    await createTemplate(postgres.url);
    project.provide('postgresUrl', postgres.url);
    project.provide('sqsEndpoint', sqs.endpoint);
    project.provide('kafka', kafka);
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
  return () => cleanup.disposeAsync();
}

async function findKafka(
  keep: (starting: ReturnType<typeof startKafka>) => ReturnType<typeof startKafka>,
): Promise<string | null> {
  const named = process.env.KAFKA_BOOTSTRAP_SERVERS;
  if (named) return named;
  try {
    return (await keep(startKafka({ onProgress: console.log }))).bootstrapServers;
  } catch (error) {
    if (!(error instanceof MissingBrokerError) || process.env.CI === 'true') throw error;
    console.warn(`${error.message} The tests over Kafka are skipped.`);
    return null;
  }
}

async function createTemplate(postgresUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const url = new URL(postgresUrl);
  url.pathname = TEMPLATE;
  const config = { table: ['notifications'], ssl: false, connectTimeoutMs: 5000 } as const;
  await migrate(config, { connectionString: url.href }, () => {});
}
