import { markdownTable } from '../local/markdown.ts';
import type { LambdaHandler } from '../src/lambda/event.ts';
import { CONNECTIONS } from './clients.ts';
import { benchFlush, type FlushResult } from './flush.ts';
import { benchGrowth, type Growth, type GrowthPoint } from './growth.ts';
import { benchHandler, costTable, type HandlerResult } from './handler.ts';
import { writePage, writeResults } from './page.ts';
import { plot } from './plot.ts';
import { benchRefusals, refusalsTable } from './refusals.ts';
import { describeMachine, machineLine, table } from './report.ts';
import { run } from './run.ts';
import { sinkSettings, startWorld, type World } from './world.ts';

const HELP = `npm run bench [-- --quick | --refusals]

Measures how fast rows and events are stored, against every usual way and against the limit, which is COPY straight into
the same table by the same connections. Prints tables, and writes bench/results/ and docs/benchmarks.md.

  --quick     fewer rounds and no growth, about a minute; writes nothing
  --refusals  only what records cost that PostgreSQL refuses, about ten minutes; writes nothing
  --help      this text`;

const OPTIONS = { quick: { type: 'boolean' }, refusals: { type: 'boolean' } } as const;

await run(HELP, OPTIONS, async (cleanup, { quick = false, refusals: refusalsAlone = false }) => {
  const world = await startWorld(cleanup, { kafka: false });
  const { postgresUrl, database, version } = world;
  const rounds = (full: number) => (count: number) => {
    const scaled = count >= 10_000 ? full / 12 : count >= 1000 ? full / 4 : full;
    return Math.ceil(quick ? scaled / 60 : scaled);
  };
  const say = (line: string) => console.error(`… ${line}`);
  const measureRefusals = () =>
    benchRefusals(
      (name) => loadBundle(world, name),
      database,
      (records) => rounds(records >= 10_000 ? 144 : 120)(records),
      say,
    );
  if (refusalsAlone) {
    console.log(
      `${machineLine(describeMachine(version))}\n\n${refusalsTable(await measureRefusals())}`,
    );
    return;
  }
  const flush = await benchFlush(postgresUrl, rounds(600), say);
  const bundle = await loadBundle(world);
  cleanup.defer(bundle.close);
  const handler = await benchHandler(bundle, postgresUrl, rounds(400), say);

  const refusals = await measureRefusals();

  const growth = quick ? null : await benchGrowth(bundle, database, rounds(120)(1000), say);

  const machine = describeMachine(version);
  const text = [
    `${machineLine(machine)}; ${CONNECTIONS} connections for all.`,
    ...flushTables(flush),
    ...handlerTables(handler),
    '### A million records on Lambda, in GB-seconds: the median times above with 1,769 MB, which is one CPU',
    costTable(handler),
    '### Refusals: records that only PostgreSQL can refuse, through the handler',
    refusalsTable(refusals),
    ...(growth ? growthTables(growth) : []),
  ].join('\n\n');
  console.log(text);
  if (!growth) return;
  writeResults({
    'latest.json': { machine, connections: CONNECTIONS, flush, handler, refusals, growth },
    'flush.svg': flushPlot(flush),
    'growth.svg': growthPlot(growth),
  });
  writePage('benchmarks.md', 'bench', text);
});

/** The built bundle, as Lambda loads it. */
async function loadBundle(
  world: World,
  instance = '',
): Promise<LambdaHandler & { close(): Promise<void> }> {
  Object.assign(process.env, {
    ...sinkSettings(world),
    PARTIAL_BATCH_RESPONSE: 'enabled',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const { href } = new URL(`../dist/handler.mjs?${instance}`, import.meta.url);
  return (await import(href)).handler;
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
  return ['### Growth of the handler', markdownTable(head, [...rows(byRecords), ...rows(byBytes)])];
}

function growthPlot({ byBytes }: Growth): string {
  const points = byBytes.map(({ valueBytes, microseconds }) => [valueBytes, microseconds] as const);
  return plot('Handler: time for each record', 'bytes of its value', 'µs a record (median)', [
    { name: 'kafka-pg-sink', points },
  ]);
}
