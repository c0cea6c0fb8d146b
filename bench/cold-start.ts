/**
 * `npm run bench:cold-start`: how long the packaged function takes from nothing to its first answer, under an emulation
 * of Lambda's Runtime API, against PostgreSQL with TLS and emulators of Secrets Manager and SQS, all on this machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { startLambda } from '../local/lambda.ts';
import { startSqs } from '../local/sqs.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { USUAL } from '../test/deploy/support/parameters.ts';
import { CERTIFICATE, startTlsPostgres } from '../test/doctor/support/tls-postgres.ts';
import { startSecrets } from '../test/support/secrets.ts';

const RUNS = 15;

await using cleanup = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
cleanup.defer(() => rmSync(folder, { recursive: true }));
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
const template = JSON.parse(
  readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'),
);

const postgres = await startTlsPostgres();
cleanup.defer(() => postgres.stop());
const target = { table: ['notifications'], ssl: false, connectTimeoutMs: 5000 } as const;
await migrate(target, { connectionString: postgres.url }, () => {});
const secrets = await startSecrets();
cleanup.defer(() => secrets.stop());
const { port, username, password } = new URL(postgres.url);
const login = { host: '127.0.0.1', port: Number(port), username, password, dbname: 'postgres' };
secrets.versions.set('AWSCURRENT', login);
const sqs = await startSqs();
cleanup.defer(() => sqs.stop());

const { Properties: properties } = template.Resources.SinkLambdaFunction;
const event = readFileSync(new URL('../test/events/msk.json', import.meta.url), 'utf8');

/** One new environment: milliseconds to import, to its first question for an event, and to answer two events. */
async function start() {
  const environment = await startLambda({
    folder,
    handler: properties.Handler,
    timeout: properties.Timeout,
    env: {
      ...properties.Environment.Variables,
      DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    },
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

const runs: Awaited<ReturnType<typeof start>>[] = [];
for (let run = 0; run < RUNS; run += 1) runs.push(await start());
const median = (name: keyof (typeof runs)[number]) => {
  const sorted = runs.map((run) => run[name]).sort((a, b) => a - b);
  return `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms`;
};
const [cpu] = cpus();
console.log(`${cpus().length} × ${cpu?.model}, Node.js ${process.version}; median of ${RUNS}`);
console.table({
  'archive (zip)': `${Math.round(archive.length / 1000)} KB`,
  'import of the bundle': median('importMs'),
  'start of the process until it asks for an event': median('initMs'),
  'first invocation (secret, TLS, login, 4 rows)': median('firstMs'),
  'second invocation': median('secondMs'),
});
