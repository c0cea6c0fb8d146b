import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Env } from '../src/settings/reader.ts';
import { type Figures, quantile, type RunningSink, SHARES } from './figures.ts';
import { type Keeper, lastLines, startKeeper } from './keep.ts';
import { peakRssOf, readMetrics } from './look.ts';
import { freePort } from './ports.ts';
import type { Stack } from './stack.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = fileURLToPath(new URL('../scripts/build-command.ts', import.meta.url));

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts `kafka-pg-sink consume` in a process of its own, with the defaults of the product, as a user does: the command is
 * bundled as it is for the image.
 *
 * @throws Error with the end of its output when it ends, or is not ready after a minute
 */
export async function startSinkProcess(
  { sinkEnv, writeDefinition }: Stack,
  signal: AbortSignal,
): Promise<RunningSink> {
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-consume-'));
  try {
    await promisify(execFile)(process.execPath, [BUILD, keeper.folder], { cwd: ROOT });
    return await start(keeper, { ...sinkEnv, SINK_CONFIG: writeDefinition(keeper.folder) }, signal);
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

async function start(keeper: Keeper, env: Env, signal: AbortSignal): Promise<RunningSink> {
  const log = join(keeper.folder, 'output.log');
  const port = await freePort();
  const kept = await keeper.run({
    command: process.execPath,
    args: [join(keeper.folder, 'command', 'kafka-pg-sink.mjs'), 'consume'],
    env: { ...env, HTTP_PORT: String(port) },
    cwd: keeper.folder,
    log,
    stopSignal: 'SIGTERM',
  });
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const check = () => {
    if (kept.exit) throw new Error(`kafka-pg-sink consume ended: ${lastLines(log)}`);
  };
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await ask('/readyz').catch(() => null))?.ok) {
    check();
    if (Date.now() > deadline)
      throw new Error(`kafka-pg-sink consume is not ready: ${lastLines(log)}`);
    await sleep(50, undefined, { signal });
  }
  let peakRssBytes = 0;
  return {
    async figures() {
      check();
      const read = figuresOf(await (await ask('/metrics')).text());
      peakRssBytes = Math.max(peakRssBytes, read.rssBytes, peakRssOf(kept.pid));
      return { ...read, peakRssBytes };
    },
    stop: () => keeper.stop(),
  };
}

/** Reads what Prometheus would. */
function figuresOf(page: string): Omit<Figures, 'peakRssBytes'> & { readonly rssBytes: number } {
  const metrics = readMetrics(page);
  const value = (name: string) => metrics.get(name) ?? 0;
  const records = (fate: string) => value(`kafka_pg_sink_records_total{fate="${fate}"}`);
  const buckets = [...metrics].flatMap(([name, count]): [number, number][] => {
    const [, bound] = /^kafka_pg_sink_flush_seconds_bucket\{le="([\d.]+)"\}$/.exec(name) ?? [];
    return bound === undefined ? [] : [[Number(bound), count]];
  });
  const batches = value('kafka_pg_sink_flush_seconds_count');
  const [p50 = 0, p95 = 0, p99 = 0] = SHARES.map(
    (share) => quantile(buckets, batches, share) * 1000,
  );
  const deadLettered = records('dead_lettered');
  return {
    acknowledged: records('stored') + records('duplicate') + records('passed_over') + deadLettered,
    ...{ deadLettered, batches },
    flushMs: [p50, p95, p99],
    rssBytes: value('process_resident_memory_bytes'),
  };
}
