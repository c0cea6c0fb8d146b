import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { startLambda } from '../local/lambda.ts';
import { USUAL } from '../test/deploy/support/parameters.ts';
import { CERTIFICATE, startTlsPostgres } from '../test/doctor/support/tls-postgres.ts';
import { startSecrets } from '../test/support/secrets.ts';
import { describeMachine, machineLine } from './report.ts';
import { run } from './run.ts';
import { statsOf } from './stats.ts';
import { startWorld } from './world.ts';

const HELP = `npm run bench:cold-start

How long the packaged function takes from nothing to its first answer, under an emulation of Lambda's Runtime API, against
PostgreSQL with TLS and emulators of Secrets Manager and SQS, all on this machine.

  --help  this text`;

const RUNS = 15;

await run(HELP, {}, async (cleanup) => {
  const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const archive = packageFunction(folder);
  const world = await startWorld(cleanup, { kafka: false, postgres: startTlsPostgres });
  const secrets = await startSecrets();
  cleanup.defer(() => secrets.stop());
  const { port, username, password } = new URL(world.postgresUrl);
  const login = { host: '127.0.0.1', port: Number(port), username, password, dbname: 'postgres' };
  secrets.versions.set('AWSCURRENT', login);
  const start = () =>
    measureStart(folder, {
      DEAD_LETTER_QUEUE_URL: world.sqs.queueUrl,
      AWS_ENDPOINT_URL_SQS: world.sqs.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    });

  const runs: Awaited<ReturnType<typeof start>>[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await start());
  const median = (name: keyof (typeof runs)[number]) =>
    `${Math.round(statsOf(runs.map((run) => run[name])).median)} ms`;
  const machine = { ...describeMachine(world.version), settings: 'TLS, and fsync off' };
  console.log(`${machineLine(machine)}; median of ${RUNS}`);
  console.table({
    'archive (zip)': `${Math.round(archive.length / 1000)} KB`,
    'import of the bundle': median('importMs'),
    'start of the process until it asks for an event': median('initMs'),
    'first invocation (secret, TLS, login, 4 rows)': median('firstMs'),
    'second invocation': median('secondMs'),
  });
});

/** Packages the function and unzips it into a folder; returns the archive. */
function packageFunction(folder: string): Buffer {
  const parameters = Object.entries({ ...USUAL.msk, databaseCaFile: CERTIFICATE });
  execFileSync('npm', [
    ...['run', 'package', '--', '--stage', 'bench', '--package', folder],
    ...parameters.map(([name, value]) => `--param=${name}=${value}`),
  ]);
  const archive = readFileSync(join(folder, 'kafka-pg-sink.zip'));
  for (const [name, bytes] of Object.entries(unzipSync(archive))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return archive;
}

/** One new environment: milliseconds to import, to its first question for an event, and to answer two events. */
async function measureStart(folder: string, env: Readonly<Record<string, string>>) {
  const template = readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const { Properties: properties } = JSON.parse(template).Resources.SinkLambdaFunction;
  const event = readFileSync(new URL('../test/events/msk.json', import.meta.url), 'utf8');
  const environment = await startLambda({
    folder,
    handler: properties.Handler,
    timeout: properties.Timeout,
    env: { ...properties.Environment.Variables, ...env },
  });
  try {
    const first = await environment.invoke(JSON.parse(event));
    const second = await environment.invoke(JSON.parse(event));
    if (!('response' in first && 'response' in second)) throw new Error(environment.lines.join());
    const { importMs, initMs } = environment;
    return { importMs, initMs, firstMs: first.ms, secondMs: second.ms };
  } finally {
    await environment.stop();
  }
}
