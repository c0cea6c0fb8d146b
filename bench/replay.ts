import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { packBatches } from '../src/dead-letter/sqs-message.ts';
import { writeDeadLetter } from '../src/dead-letter/write-dead-letter.ts';
import { readRecords } from '../src/lambda/read-event.ts';
import { buildCommand, COMMAND } from './contenders/sink.ts';
import { describeMachine, machineLine } from './report.ts';
import { freshEvent } from './rows.ts';
import { run } from './run.ts';
import { statsOf } from './stats.ts';
import { sinkSettings, startWorld } from './world.ts';

const HELP = `npm run bench:replay [-- --dead-letters N] [-- --rounds N]

How many dead letters a second the command \`dead-letters replay\` stores and deletes, in a process of its own, over real
PostgreSQL and the SQS emulator, which share the machine with it.

  --dead-letters N  how many are in the queue (20000)
  --rounds N        how often they are replayed (5)
  --help            this text`;

const OPTIONS = {
  'dead-letters': { type: 'string', default: '20000' },
  rounds: { type: 'string', default: '5' },
} as const;

await run(HELP, OPTIONS, async (cleanup, values) => {
  const count = Number(values['dead-letters']);
  buildCommand();
  const world = await startWorld(cleanup, { kafka: false });
  const { database, sqs, version } = world;
  const env = { PATH: process.env.PATH ?? '', ...sinkSettings(world) };
  Object.assign(process.env, env);
  const client = new SQSClient();
  cleanup.defer(() => client.destroy());

  console.log(`${machineLine(describeMachine(version))}\n`);
  const rates: number[] = [];
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    await database.query('TRUNCATE notifications');
    await sendDeadLetters(client, sqs.queueUrl, count);
    const { seconds, stored } = await replay(env);
    const { rows } = await database.query('SELECT count(*)::int AS rows FROM notifications');
    if (stored !== count || rows[0].rows !== count)
      throw new Error(`Round ${round} stored ${rows[0].rows} of ${count} dead letters.`);
    rates.push(count / seconds);
    console.log(
      `round ${round}: ${count} dead letters in ${seconds} s, ${Math.round(count / seconds)} a second`,
    );
  }
  console.log(
    `\nreplay: ${Math.round(statsOf(rates).median)} dead letters a second (median of ${rates.length} rounds; from the first call of SQS to the last, including the second in which it finds the queue empty)`,
  );
});

/** Dead letters of records that a constraint rejected, which has been dropped since. */
async function sendDeadLetters(client: SQSClient, queueUrl: string, count: number): Promise<void> {
  const details = { sqlstate: '23514', constraint: 'too_strict', issues: [] };
  const rejected = {
    reason: 'rejected_by_postgres',
    message: 'refused by PostgreSQL',
    details,
  } as const;
  const written = [...readRecords(freshEvent(count))].map((record) =>
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
      await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** The seconds and the stored records that the command reports. */
async function replay(env: NodeJS.ProcessEnv): Promise<{ seconds: number; stored: number }> {
  const child = spawn(process.execPath, [COMMAND, 'dead-letters', 'replay', '--yes', '--json'], {
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
