import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startKafka } from '../local/kafka.ts';
import { startPostgres } from '../local/postgres.ts';
import { startSqs } from '../local/sqs.ts';
import { migrate } from '../src/postgres/migrate.ts';

/** Partitions of every topic of the benchmarks. */
export const PARTITIONS = 3;

/** The servers of a benchmark, all its own. */
export interface World {
  readonly postgresUrl: string;
  /** Process id of PostgreSQL's first process. */
  readonly postmaster: number;
  /** Version of PostgreSQL. */
  readonly version: string;
  /** Kafka's, `127.0.0.1:<port>`. */
  readonly servers: string;
  readonly sqs: { readonly endpoint: string; readonly queueUrl: string };
  /** Logged in as superuser. */
  readonly database: pg.Client;
}

/**
 * Starts PostgreSQL with the table, Kafka and SQS.
 *
 * @param cleanup gets what stops them
 * @param settings of PostgreSQL, beside its defaults
 * @throws Error of one line when one of them cannot be started, for example without Java
 */
export async function startWorld(
  cleanup: AsyncDisposableStack,
  settings: Readonly<Record<string, string>> = {},
): Promise<World> {
  const onProgress = (line: string) => console.error(`… ${line}`);
  const postgres = await startPostgres({ settings });
  cleanup.defer(() => postgres.stop());
  const kafka = await startKafka({ onProgress });
  cleanup.defer(() => kafka.stop());
  const sqs = await startSqs();
  cleanup.defer(() => sqs.stop());
  const target = { table: ['notifications'], ssl: false, connectTimeoutMs: 5000 } as const;
  await migrate(target, { connectionString: postgres.url }, () => {});
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  cleanup.defer(() => database.end());
  const { rows } = await database.query("SELECT current_setting('server_version') AS version");
  const { url: postgresUrl, pid: postmaster } = postgres;
  const { bootstrapServers: servers } = kafka;
  return { postgresUrl, postmaster, version: rows[0].version, servers, sqs, database };
}

/** What is produced. */
export interface Load {
  readonly topic: string;
  /** Names the run that the ids are made of. */
  readonly run: string;
  readonly records: number;
  /** Records per second; 0: as fast as it goes. */
  readonly rate: number;
}

/**
 * Produces notifications, from a process of its own.
 *
 * @throws Error when not all were acknowledged
 */
export async function produce(servers: string, load: Load): Promise<void> {
  const { topic, run, records, rate } = load;
  const child = fork(
    fileURLToPath(new URL('./load.ts', import.meta.url)),
    [servers, topic, run, PARTITIONS, records, rate].map(String),
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The load was not produced: exit code ${code}.`);
}
