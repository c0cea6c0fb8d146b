/**
 * `npm run bench:replay`: how many dead letters a second the command `dead-letters replay` stores and deletes, in a process of its
 * own, over real PostgreSQL and the SQS emulator, which share the machine with it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { startPostgres } from '../local/postgres.ts';
import { startSqs } from '../local/sqs.ts';
import { writeDeadLetter } from '../src/dead-letter/message.ts';
import { packBatches } from '../src/dead-letter/outgoing-message.ts';
import { readRecords } from '../src/lambda/read-event.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { describeMachine, machineLine } from './report.ts';
import { freshEvent } from './rows.ts';
import { statsOf } from './stats.ts';

const { values } = parseArgs({
  options: {
    'dead-letters': { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
  },
});
const deadLetters = Number(values['dead-letters']);
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

await using cleanup = new AsyncDisposableStack();
execFileSync('npm', ['run', '--silent', 'build:command'], { cwd: path('..') });
const postgres = await startPostgres();
cleanup.defer(() => postgres.stop());
const sqs = await startSqs();
cleanup.defer(() => sqs.stop());
const target = { table: ['notifications'], ssl: false, connectTimeoutMs: 5000 } as const;
await migrate(target, { connectionString: postgres.url }, () => {});
const database = new pg.Client({ connectionString: postgres.url });
await database.connect();
cleanup.defer(() => database.end());
const env = {
  PATH: process.env.PATH ?? '',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  DATABASE_URL: postgres.url,
  DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
};
Object.assign(process.env, env);
const client = new SQSClient();
cleanup.defer(() => client.destroy());

const { rows } = await database.query("SELECT current_setting('server_version') AS version");
console.log(`${machineLine(describeMachine(rows[0].version))}\n`);
const rates: number[] = [];
for (let round = 1; round <= Number(values.rounds); round += 1) {
  await database.query('TRUNCATE notifications');
  await sendDeadLetters();
  const { seconds, stored } = await replay();
  const count = await database.query('SELECT count(*)::int AS rows FROM notifications');
  if (stored !== deadLetters || count.rows[0].rows !== deadLetters)
    throw new Error(`Round ${round} stored ${count.rows[0].rows} of ${deadLetters} records.`);
  rates.push(deadLetters / seconds);
  console.log(
    `round ${round}: ${deadLetters} dead letters in ${seconds} s, ${Math.round(deadLetters / seconds)} a second`,
  );
}
console.log(
  `\nreplay: ${Math.round(statsOf(rates).median)} dead letters a second (median of ${rates.length} rounds; from the first call of SQS to the last, including the second in which it finds the queue empty)`,
);

/** Dead letters of records that a constraint rejected, which has been dropped since. */
async function sendDeadLetters(): Promise<void> {
  const details = { sqlstate: '23514', constraint: 'too_strict', issues: [] };
  const rejected = {
    reason: 'rejected_by_postgres',
    message: 'refused by PostgreSQL',
    details,
  } as const;
  const written = [...readRecords(freshEvent(deadLetters))].map((record) =>
    writeDeadLetter({ record, ...rejected }, 'localhost:9092', new Date()),
  );
  const batches = packBatches(written);
  const worker = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      const Entries = batch.map(({ body, attributes }, index) => ({
        Id: String(index),
        MessageBody: body,
        MessageAttributes: attributes,
      }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: sqs.queueUrl, Entries }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** The seconds and the stored records that the command reports. */
async function replay(): Promise<{ seconds: number; stored: number }> {
  const command = path('../dist/command/kafka-pg-sink.mjs');
  const child = spawn(process.execPath, [command, 'dead-letters', 'replay', '--yes', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`The replay ended with exit code ${code}.`);
  const { seconds, groups } = JSON.parse(output) as {
    seconds: number;
    groups: { ending: string; count: number }[];
  };
  return { seconds, stored: groups.find(({ ending }) => ending === 'stored')?.count ?? 0 };
}
