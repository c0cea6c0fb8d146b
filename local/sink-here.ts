import { createConsumer } from '../src/consumer/consumer.ts';
import type { Log } from '../src/kafka/source.ts';
import { readConsumeSettings } from '../src/settings/service.ts';
import { observers } from '../src/sink/observer.ts';
import { openSink } from '../src/sink/open-sink.ts';
import { type RunningSink, SHARES } from './figures.ts';
import type { Stack } from './stack.ts';

/** The sink in this process, for topics in memory, which no other process can reach. */
export async function startSinkHere(
  { topics, consumer: settings, sinks, env }: Stack,
  log: Log,
): Promise<RunningSink> {
  const opened = openSink(readConsumeSettings(env).sink, sinks, false, observers());
  const flushMs: number[] = [];
  let [acknowledged, deadLettered] = [0, 0];
  const consumer = createConsumer(settings, {
    source: topics.source(settings),
    log,
    async sink(batch, deadline) {
      const fates = await opened.sink(batch, deadline);
      acknowledged += batch.size - fates.failed.length;
      deadLettered += fates.deadLettered.length;
      return fates;
    },
    observer: { onFlush: (_, seconds) => flushMs.push(seconds * 1000) },
  });
  await consumer.start();
  return {
    async figures() {
      const sorted = flushMs.toSorted((a, b) => a - b);
      const [p50 = 0, p95 = 0, p99 = 0] = SHARES.map(
        (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0,
      );
      const peakRssBytes = process.resourceUsage().maxRSS * 1024;
      return {
        ...{ acknowledged, deadLettered, batches: sorted.length },
        ...{ flushMs: [p50, p95, p99], peakRssBytes },
      };
    },
    async stop() {
      await consumer.stop();
      await opened.close();
    },
  };
}
