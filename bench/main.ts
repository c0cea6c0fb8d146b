import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../local/postgres.ts';
import type { LambdaHandler } from '../src/lambda/handler.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { benchFlush, CONNECTIONS, type FlushResult } from './flush.ts';
import { benchGrowth, type Growth, type GrowthPoint } from './growth.ts';
import { benchHandler, type HandlerResult } from './handler.ts';
import { plot } from './plot.ts';
import { describeMachine, grid, machineLine, table } from './report.ts';
import { startSqsProcess } from './sqs-process.ts';

const HELP = `npm run bench [-- --quick]

Measures how fast rows and events are stored, against every usual way and against the limit, which is COPY straight into
the same table by the same connections. Prints tables, and writes bench/results/ and docs/benchmarks.md.

  --quick   fewer rounds and no growth, under a minute; writes nothing
  --help    this text`;

const RESULTS = fileURLToPath(new URL('results', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const MARK = '<!-- what follows is written by npm run bench -->';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) console.log(HELP);
else await main(values.quick ?? false);

async function main(quick: boolean): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const postgres = await startPostgres();
  cleanup.defer(() => postgres.stop());
  const sqs = await startSqsProcess();
  cleanup.defer(() => sqs.stop());
  const target = { table: ['notifications'], ssl: false, connectTimeoutMs: 5000 } as const;
  await migrate(target, { connectionString: postgres.url }, () => {});

  const rounds = (full: number) => (count: number) => {
    const scaled = count >= 10_000 ? full / 12 : count >= 1000 ? full / 4 : full;
    return Math.ceil(quick ? scaled / 60 : scaled);
  };
  const say = (line: string) => console.error(`… ${line}`);
  const flush = await benchFlush(postgres.url, rounds(600), say);
  const bundle = await loadBundle(postgres.url, sqs.queueUrl, sqs.endpoint);
  cleanup.defer(bundle.close);
  const handler = await benchHandler(bundle.handler, postgres.url, rounds(400), say);

  const growth = quick
    ? null
    : await benchGrowth(bundle.handler, postgres.url, rounds(120)(1000), say);

  const machine = describeMachine(await versionOf(postgres.url));
  const text = [
    `${machineLine(machine)}; ${CONNECTIONS} connections for all.`,
    ...flushTables(flush),
    ...handlerTables(handler),
    ...(growth ? growthTables(growth) : []),
  ].join('\n\n');
  console.log(text);
  if (!growth) return;
  mkdirSync(RESULTS, { recursive: true });
  const latest = { machine, connections: CONNECTIONS, flush, handler, growth };
  writeFileSync(`${RESULTS}/latest.json`, `${JSON.stringify(latest, null, 1)}\n`);
  writeFileSync(`${RESULTS}/flush.svg`, flushPlot(flush));
  writeFileSync(`${RESULTS}/growth.svg`, growthPlot(growth));
  const [introduction = ''] = readFileSync(PAGE, 'utf8').split(MARK);
  writeFileSync(PAGE, `${introduction}${MARK}\n\n${text}\n`);
}

/** The built bundle, as Lambda loads it. */
async function loadBundle(
  databaseUrl: string,
  queueUrl: string,
  endpoint: string,
): Promise<{ handler: LambdaHandler; close(): Promise<void> }> {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: endpoint,
    DATABASE_URL: databaseUrl,
    DEAD_LETTER_QUEUE_URL: queueUrl,
    PARTIAL_BATCH_RESPONSE: 'enabled',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  return import(new URL('../dist/handler.mjs', import.meta.url).href);
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("SELECT current_setting('server_version') AS version");
  await client.end();
  return rows[0].version;
}

function flushTables(flush: readonly FlushResult[]): string[] {
  return flush.flatMap(({ rows, ids, results }) => [
    `### Flush: ${rows.toLocaleString('en')} rows, ${ids === 'fresh' ? 'fresh ids' : 'all there already'}`,
    table(results),
  ]);
}

function handlerTables(handler: readonly HandlerResult[]): string[] {
  return handler.flatMap(({ records, bytes, results }) => [
    `### Handler: an event of ${records.toLocaleString('en')} records (${(bytes / 1e6).toFixed(2)} MB) → response`,
    table(results),
  ]);
}

function flushPlot(flush: readonly FlushResult[]): string {
  const fresh = flush.filter(({ ids }) => ids === 'fresh');
  const names = new Set(fresh.flatMap(({ results }) => results.map(({ name }) => name)));
  const lines = [...names].map((name) => ({
    name,
    points: fresh.flatMap(({ rows, results }) => {
      const median = results.find((result) => result.name === name)?.time.median;
      return median === undefined ? [] : [[rows, (median / rows) * 1000] as const];
    }),
  }));
  return plot('Storing rows: time for each row', 'rows in a batch', 'µs a row (median)', lines);
}

function growthTables({ byRecords, byBytes }: Growth): string[] {
  const rows = (points: readonly GrowthPoint[]) =>
    points.map(({ records, valueBytes, microseconds }) => [
      records.toLocaleString('en'),
      valueBytes.toLocaleString('en'),
      microseconds.toFixed(1),
      ((microseconds * 1000) / valueBytes).toFixed(1),
    ]);
  const head = ['records in the event', 'bytes of a value', 'µs a record', 'ns a byte'];
  return ['### Growth of the handler', grid(head, [...rows(byRecords), ...rows(byBytes)])];
}

function growthPlot({ byBytes }: Growth): string {
  const points = byBytes.map(({ valueBytes, microseconds }) => [valueBytes, microseconds] as const);
  return plot('Handler: time for each record', 'bytes of its value', 'µs a record (median)', [
    { name: 'kafka-pg-sink', points },
  ]);
}
