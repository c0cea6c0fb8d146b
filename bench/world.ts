import pg from 'pg';
import { createTable } from '../local/create-table.ts';
import { startKafka } from '../local/kafka.ts';
import { type LocalPostgres, startPostgres } from '../local/postgres.ts';
import { startSqsProcess } from './sqs-process.ts';

/** The servers of a benchmark, all its own. */
export interface World {
  readonly postgresUrl: string;
  /** Process id of PostgreSQL's first process. */
  readonly postmaster: number;
  /** Version of PostgreSQL. */
  readonly version: string;
  readonly sqs: { readonly endpoint: string; readonly queueUrl: string };
  /** Logged in as superuser. */
  readonly database: pg.Client;
}

export interface KafkaWorld extends World {
  /** Kafka's, `127.0.0.1:<port>`. */
  readonly servers: string;
}

interface Options {
  /** Whether there is Kafka, too. */
  readonly kafka: boolean;
  /** How PostgreSQL is started; default: with its own settings. */
  readonly postgres?: () => Promise<LocalPostgres>;
}

/**
 * Starts PostgreSQL with the table, SQS, and Kafka where it is wanted.
 *
 * @param cleanup gets what stops them
 * @throws Error of one line when one of them cannot be started, for example without Java
 */
export function startWorld(
  cleanup: AsyncDisposableStack,
  options: Options & { readonly kafka: true },
): Promise<KafkaWorld>;
export function startWorld(cleanup: AsyncDisposableStack, options: Options): Promise<World>;
export async function startWorld(
  cleanup: AsyncDisposableStack,
  { kafka, postgres: start = startPostgres }: Options,
): Promise<World | KafkaWorld> {
  const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
    cleanup.defer(() => server.stop());
    return server;
  };
  const { url: postgresUrl, pid: postmaster } = keep(await start());
  const onProgress = (line: string) => console.error(`… ${line}`);
  const broker = kafka ? keep(await startKafka({ onProgress })) : null;
  const sqs = keep(await startSqsProcess());
  await createTable(postgresUrl);
  const database = new pg.Client({ connectionString: postgresUrl });
  await database.connect();
  cleanup.defer(() => database.end());
  const { rows } = await database.query("SELECT current_setting('server_version') AS version");
  const world = { postgresUrl, postmaster, version: rows[0].version, sqs, database };
  return broker ? { ...world, servers: broker.bootstrapServers } : world;
}

/** The settings by which the sink finds the database and the queue. */
export function sinkSettings({ postgresUrl, sqs }: World): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    DATABASE_URL: postgresUrl,
    DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
  };
}
