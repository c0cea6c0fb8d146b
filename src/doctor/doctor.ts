import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { openClient } from '../aws/client.ts';
import type { CompiledSink } from '../definition/compile.ts';
import { hasStates } from '../postgres/write/states/state.ts';
import type { Table } from '../record/table.ts';
import type { DatabaseSettings } from '../settings/database.ts';
import type { Env } from '../settings/reader.ts';
import { within } from '../timing/within.ts';
import { type Check, complete, report, skipped } from './check.ts';
import { checkColumns } from './columns.ts';
import { TABLE_COLUMNS } from './compare-columns.ts';
import { CREDENTIALS, checkCredentials } from './credentials.ts';
import { examineFunction, FUNCTION_CHECKS } from './examine-function.ts';
import { FUNCTION } from './function.ts';
import { checkInsert } from './insert.ts';
import { INSERT } from './insert-trouble.ts';
import { checkKafka, KAFKA } from './kafka.ts';
import { checkKey, KEY } from './key.ts';
import { checkLogin, LOGIN } from './login.ts';
import { checkHostName, checkPort, HOST_NAME, PORT } from './network.ts';
import type { Options } from './options.ts';
import { checkPooler, POOLER } from './pooler.ts';
import { checkPrivileges, PRIVILEGES } from './privileges.ts';
import { checkQueue, QUEUE } from './queue.ts';
import { checkSend, SEND, sendNotAsked } from './send.ts';
import { checkServer, SERVER } from './server.ts';
import { checkSettings } from './settings.ts';
import { checkStates, STATES } from './states.ts';
import { checkTable, TABLE } from './table.ts';
import { checkTls, TLS } from './tls.ts';

const SETTINGS = 'settings';

const TABLE_CHECKS = [TABLE, TABLE_COLUMNS, KEY, PRIVILEGES, INSERT] as const;
const DATABASE_CHECKS = [
  ...[CREDENTIALS, HOST_NAME, PORT, TLS, LOGIN, POOLER, SERVER],
  ...TABLE_CHECKS,
] as const;
const QUEUE_CHECKS = [QUEUE, SEND] as const;

/** For a goodbye that the server may not hear any more. */
const END_TIMEOUT_MS = 1000;

/**
 * Makes all checks, one after another, and gives each finding as soon as it is there. Whatever a failure keeps from being
 * checked is given as skipped; what does not depend on it is checked all the same. Ends by itself, for each step has a
 * limit of time.
 *
 * @param env the settings of the sink, normally `process.env`; the AWS SDK reads its own from there in any case
 * @param sinks the definitions
 */
export async function* examine(
  env: Env,
  sinks: readonly CompiledSink[],
  options: Options,
): AsyncGenerator<Check> {
  const tables = sinks.map(({ table }) => table);
  yield* complete(
    [SETTINGS, ...DATABASE_CHECKS, ...QUEUE_CHECKS],
    examineHere(env, tables, options),
  );
  yield* report(KAFKA, checkKafka(env, sinks));
  const { functionName } = options;
  if (functionName === null) {
    yield skipped(
      FUNCTION,
      'not asked for; so it is not known whether its mapping agrees with PARTIAL_BATCH_RESPONSE',
      'Give --function NAME to look at the deployed function and its mapping.',
    );
    return;
  }
  const lambda = openClient(LambdaClient);
  try {
    yield* complete(FUNCTION_CHECKS, examineFunction(lambda, functionName, env, options));
  } finally {
    lambda.destroy();
  }
}

async function* examineHere(
  env: Env,
  tables: readonly Table[],
  options: Options,
): AsyncGenerator<Check> {
  const settings = checkSettings(SETTINGS, env);
  yield* settings.checks;
  if (!settings.value) return;
  const { database, deadLetterQueueUrl } = settings.value.sink;
  yield* complete(DATABASE_CHECKS, examineDatabase(database, tables));
  const sqs = openClient(SQSClient);
  try {
    yield* complete(QUEUE_CHECKS, examineQueue(sqs, deadLetterQueueUrl, options.send));
  } finally {
    sqs.destroy();
  }
}

async function* examineDatabase(
  config: DatabaseSettings,
  tables: readonly Table[],
): AsyncGenerator<Check> {
  const { connectTimeoutMs } = config;
  const login = yield* report(CREDENTIALS, checkCredentials(config.source));
  if (!login) return;
  // The client knows how pg reads a URL, and what it takes where something is not said.
  const { host, port } = new pg.Client(login);
  const target = { host, port };
  if (!(yield* report(HOST_NAME, checkHostName(host)))) return;
  if (!(yield* report(PORT, checkPort(target, connectTimeoutMs)))) return;
  if (!(yield* report(TLS, checkTls(target, config.ssl, connectTimeoutMs)))) return;
  const client = yield* report(LOGIN, checkLogin(config, login));
  if (!client) return;
  try {
    if (!(yield* report(POOLER, checkPooler(client, login, config.ssl)))) return;
    yield* report(SERVER, checkServer(client, config));
    for (const table of tables) {
      const name = table.name.join('.');
      for await (const check of complete(TABLE_CHECKS, examineTable(client, table)))
        yield tables.length === 1 ? check : { ...check, detail: `${name}: ${check.detail}` };
    }
  } finally {
    await within(END_TIMEOUT_MS, () => client.end()).catch(() => {});
  }
}

async function* examineTable(client: pg.Client, table: Table): AsyncGenerator<Check> {
  const found = yield* report(TABLE, checkTable(client, table));
  if (!found) return;
  yield* report(TABLE_COLUMNS, checkColumns(client, found, table));
  yield* report(KEY, checkKey(client, found, table));
  if (hasStates(table)) yield* report(STATES, checkStates(client, found, table));
  if (!(yield* report(PRIVILEGES, checkPrivileges(client, found, table)))) return;
  yield* report(INSERT, checkInsert(client, found, table));
}

async function* examineQueue(client: SQSClient, url: string, send: boolean): AsyncGenerator<Check> {
  const queue = yield* report(QUEUE, checkQueue(client, url));
  if (!queue) return;
  if (send) yield* report(SEND, checkSend(client, url, queue));
  else yield sendNotAsked();
}
