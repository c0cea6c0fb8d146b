/**
 * `npm run bench:consumer`: the consumer outside Lambda, as its image runs it, in a process of its own, over real Kafka and
 * PostgreSQL. Prints rates, latency from production to storing, turns of its event loop, and its memory.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTopic } from '../local/kafka.ts';
import { freePort } from '../local/ports.ts';
import { until } from '../test/support/until.ts';
import { plot } from './plot.ts';
import { describeMachine, machineLine } from './report.ts';
import { PARTITIONS, produce, startWorld } from './world.ts';

const TOPIC = 'notifications';

/** Time in ms for all records of a phase to be stored. */
const TIMEOUT_MS = 600_000;
/** Time in ms between two looks at its metrics, each of which costs it something. */
const SCRAPE_MS = 250;
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '2000000' },
    env: { type: 'string', multiple: true },
  },
});

await using cleanup = new AsyncDisposableStack();
execFileSync('npm', ['run', '--silent', 'build:command'], { cwd: path('..') });
const { postgresUrl, version, servers, sqs, database } = await startWorld(cleanup);
await createTopic(servers, TOPIC, PARTITIONS);

let runs = 0;
const port = await freePort();
const consumer = startConsumer();
cleanup.defer(async () => {
  consumer.kill('SIGTERM');
  if (consumer.exitCode === null) await once(consumer, 'exit');
});
const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
await until(() => isReady().catch(() => false), 'the consumer to be ready');

console.log(`${machineLine(describeMachine(version))}; batch settings are the defaults\n`);
const idle = await scrape();
console.log(
  `Idle: RSS ${idle.rss} MB, of it ${idle.heap} MB of heap in use and ${idle.external} MB outside it`,
);
const phases = [];
for (const [rate, seconds] of [
  [1000, 10],
  [10_000, 15],
] as const)
  phases.push({ what: `${rate}/s for ${seconds} s`, ...(await run(rate * seconds, rate)) });
const memory: [number, number][] = [];
const records = Number(values.records);
phases.push({ what: `${records} as fast as it goes`, ...(await run(records, 0, memory)) });
console.table(phases);
const sizes = memory.map(([, rss]) => rss);
console.log(
  `RSS over ${records} records: ${Math.min(...sizes)} to ${Math.max(...sizes)} MB, slope ${slope(memory).toFixed(2)} MB a million records`,
);
mkdirSync(path('results'), { recursive: true });
writeFileSync(
  path('results/consumer-memory.svg'),
  plot(
    'Memory of the consumer',
    'records consumed',
    'RSS in MB',
    [{ name: 'RSS', points: memory }],
    'linear',
  ),
);

function startConsumer(): ChildProcess {
  const given = (values.env ?? []).map((pair) => pair.split(/=(.*)/s, 2) as [string, string]);
  return spawn(
    process.execPath,
    [path('../dist/command/kafka-pg-sink.mjs'), 'consume', '--from', 'earliest'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_SQS: sqs.endpoint,
        DATABASE_URL: postgresUrl,
        DEAD_LETTER_QUEUE_URL: sqs.queueUrl,
        KAFKA_BOOTSTRAP_SERVERS: servers,
        KAFKA_TOPIC: TOPIC,
        HTTP_PORT: String(port),
        POWERTOOLS_LOG_LEVEL: 'SILENT',
        ...Object.fromEntries(given),
      },
    },
  );
}

/** Produces, and waits until all is stored. */
async function run(count: number, rate: number, memory?: [number, number][]) {
  await database.query('TRUNCATE notifications');
  const before = await scrape();
  const start = performance.now();
  runs += 1;
  const load = produce(servers, { topic: TOPIC, run: String(runs), records: count, rate });
  let seen = 0;
  const isStored = async () => {
    const now = await scrape();
    seen = now.stored - before.stored;
    memory?.push([seen, now.rss]);
    return seen >= count;
  };
  await until(isStored, () => `${count} rows in place of ${seen}`, TIMEOUT_MS, SCRAPE_MS);
  const seconds = (performance.now() - start) / 1000;
  await load;
  const after = await scrape();
  const { rows } = await database.query(`
    SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
             ORDER BY extract(epoch FROM inserted_at - created_at) * 1000) AS latency
      FROM notifications`);
  const [p50, p95, p99] = rows[0].latency.map((ms: number) => Math.round(ms));
  return {
    // At a rate, most of the time is that of the producer, and the last batch waits for its age.
    'records/s': rate > 0 ? '–' : Math.round(count / seconds),
    'latency P50 ms': p50,
    P95: p95,
    P99: p99,
    'records a batch': Math.round(count / (after.flushes - before.flushes)),
    'turns over 100 ms': after.longTurns - before.longTurns,
    'RSS MB': after.rss,
    'heap MB': after.heap,
    'outside MB': after.external,
  };
}

async function scrape() {
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (name: string) => {
    const line = page.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  };
  const megabytes = (name: string) => Math.round(value(name) / 1e6);
  const turns = 'kafka_pg_sink_loop_turn_seconds';
  return {
    stored: value('kafka_pg_sink_records_total{fate="stored"}'),
    flushes: value('kafka_pg_sink_flush_seconds_count'),
    longTurns: value(`${turns}_count`) - value(`${turns}_bucket{le="0.1"}`),
    rss: megabytes('process_resident_memory_bytes'),
    heap: megabytes('nodejs_heap_size_used_bytes'),
    external: megabytes('nodejs_external_memory_bytes'),
  };
}

/** Of a line through the second half of the points, when all that grows at first has grown. */
function slope(points: readonly (readonly [number, number])[]): number {
  const late = points.slice(Math.floor(points.length / 2));
  const mean = (values: readonly number[]) =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const x = mean(late.map(([records]) => records));
  const y = mean(late.map(([, rss]) => rss));
  const covariance = mean(late.map(([records, rss]) => (records - x) * (rss - y)));
  return (covariance / mean(late.map(([records]) => (records - x) ** 2))) * 1e6;
}
