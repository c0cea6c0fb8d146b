import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { createTable } from '../../local/create-table.ts';
import { startPostgres } from '../../local/postgres.ts';
import { startSqs } from '../../local/sqs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A superuser's URL; each test makes a database of its own. */
    postgresUrl: string;
    sqsEndpoint: string;
  }
}

/** A database with the schema, which each test's database is copied from. */
export const TEMPLATE = 'kafka_pg_sink_template';

/** Starts PostgreSQL and the SQS emulator once for all files. */
export default async function setup(project: TestProject) {
  const cleanup = new AsyncDisposableStack();
  try {
    const { postgresUrl, sqsEndpoint } = await startServers(cleanup);
    project.provide('postgresUrl', postgresUrl);
    project.provide('sqsEndpoint', sqsEndpoint);
  } catch (error) {
    await cleanup.disposeAsync();
    throw error;
  }
  return () => cleanup.disposeAsync();
}

/** @param cleanup gets what stops them */
export async function startServers(cleanup: AsyncDisposableStack) {
  const postgres = await startPostgres({ settings: { fsync: 'off', max_connections: '200' } });
  cleanup.defer(() => postgres.stop());
  const sqs = await startSqs();
  cleanup.defer(() => sqs.stop());
  await createTemplate(postgres.url);
  return { postgresUrl: postgres.url, sqsEndpoint: sqs.endpoint };
}

/** @param postgresUrl a superuser's */
export async function createTemplate(postgresUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const url = new URL(postgresUrl);
  url.pathname = TEMPLATE;
  await createTable(url.href);
}
