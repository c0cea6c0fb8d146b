import { createTopic } from '../local/kafka.ts';
import { parseMetrics } from '../local/metrics-page.ts';
import { freePort } from '../local/ports.ts';
import { until } from '../test/support/until.ts';
import { buildCommand, sink } from './contenders/sink.ts';
import { start } from './contenders/start.ts';
import { writeResults } from './page.ts';
import { plot } from './plot.ts';
import { produce } from './produce.ts';
import { describeMachine, machineLine } from './report.ts';
import { run } from './run.ts';
import { PARTITIONS } from './sample.ts';
import { startWorld } from './world.ts';

const HELP = `npm run bench:consumer [-- --records N] [-- --env NAME=VALUE …]

The consumer outside Lambda, as its image runs it, in a process of its own, over real Kafka and PostgreSQL. Prints rates,
latency from production to storing, turns of its event loop, and its memory, and writes bench/results/consumer-memory.svg.

  --records N       how many are consumed as fast as it goes (2000000)
  --env NAME=VALUE  a setting of the consumer; can be given several times
  --help            this text`;

const TOPIC = 'notifications';

/** Time in ms for all records of a phase to be stored. */
const TIMEOUT_MS = 600_000;
/** Time in ms between two looks at its metrics, each of which costs it something. */
const SCRAPE_MS = 250;

const OPTIONS = {
  records: { type: 'string', default: '2000000' },
  env: { type: 'string', multiple: true },
} as const;

await run(HELP, OPTIONS, async (cleanup, values) => {
  buildCommand();
  const world = await startWorld(cleanup, { kafka: true });
  const { servers, database, version } = world;
  await createTopic(servers, TOPIC, PARTITIONS);
  const url = `http://127.0.0.1:${await freePort()}`;
  const given = (values.env ?? []).map((pair) => pair.split(/=(.*)/s, 2));
  const consumer = sink('the consumer', {
    HTTP_PORT: new URL(url).port,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    ...Object.fromEntries(given),
  });
  const running = await start(consumer, world, TOPIC);
  cleanup.defer(() => running.stop());
  const isReady = async () => {
    running.check();
    const response = await fetch(`${url}/readyz`).catch(() => null);
    return response?.ok ?? false;
  };
  await until(isReady, () => `the consumer to be ready: ${running.output()}`);

  let runs = 0;
  /** Produces, and waits until all is stored. */
  async function measure(records: number, rate: number, memory?: [number, number][]) {
    await database.query('TRUNCATE notifications');
    const before = await scrape(url);
    const startedAt = performance.now();
    runs += 1;
    const load = produce(servers, { topic: TOPIC, run: String(runs), records, rate });
    let seen = 0;
    const isStored = async () => {
      running.check();
      const { stored, rss } = await scrape(url);
      seen = stored - before.stored;
      memory?.push([seen, rss]);
      return seen >= records;
    };
    await until(isStored, () => `${records} rows in place of ${seen}`, TIMEOUT_MS, SCRAPE_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    await load;
    const after = await scrape(url);
    const { rows } = await database.query(`
      SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
               ORDER BY extract(epoch FROM inserted_at - created_at) * 1000) AS latency
        FROM notifications`);
    const [p50, p95, p99] = rows[0].latency.map((ms: number) => Math.round(ms));
    return {
      // At a rate, most of the time is that of the producer, and the last batch waits for its age.
      'records/s': rate > 0 ? '–' : Math.round(records / seconds),
      'latency P50 ms': p50,
      P95: p95,
      P99: p99,
      'records a batch': Math.round(records / (after.flushes - before.flushes)),
      'turns over 100 ms': after.longTurns - before.longTurns,
      'RSS MB': after.rss,
      'heap MB': after.heap,
      'outside MB': after.external,
    };
  }

  console.log(`${machineLine(describeMachine(version))}; batch settings are the defaults\n`);
  const idle = await scrape(url);
  console.log(
    `Idle: RSS ${idle.rss} MB, of it ${idle.heap} MB of heap in use and ${idle.external} MB outside it`,
  );
  const phases = [];
  for (const [rate, seconds] of [
    [1000, 10],
    [10_000, 15],
  ] as const)
    phases.push({ what: `${rate}/s for ${seconds} s`, ...(await measure(rate * seconds, rate)) });
  const memory: [number, number][] = [];
  const records = Number(values.records);
  phases.push({ what: `${records} as fast as it goes`, ...(await measure(records, 0, memory)) });
  console.table(phases);
  const sizes = memory.map(([, rss]) => rss);
  console.log(
    `RSS over ${records} records: ${Math.min(...sizes)} to ${Math.max(...sizes)} MB, slope ${slope(memory).toFixed(2)} MB a million records`,
  );
  const line = { name: 'RSS', points: memory };
  writeResults({
    'consumer-memory.svg': plot(
      'Memory of the consumer',
      'records consumed',
      'RSS in MB',
      [line],
      'linear',
    ),
  });
});

async function scrape(url: string) {
  const metrics = parseMetrics(await (await fetch(`${url}/metrics`)).text());
  const value = (name: string) => metrics.get(name) ?? 0;
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
