import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createConsumer } from '../consumer/consumer.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import { defaultGroup } from '../kafka/default-group.ts';
import { createKafkaSource } from '../kafka/group-source.ts';
import { StoreError } from '../record/errors.ts';
import type { ConsumeSettings } from '../settings/service.ts';
import { observers } from '../sink/observer.ts';
import { openSink } from '../sink/open-sink.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Circuit } from '../timing/circuit-breaker.ts';
import { waitAtMost } from '../timing/within.ts';
import { VERSION } from '../version.ts';
import { createCounters } from './counters.ts';
import { registerGauges } from './gauges.ts';
import { createHttpFace, type MakePage, text } from './http.ts';
import { createReadiness } from './readiness.ts';
import type { Service } from './service-interface.ts';
import { StartError } from './start-error.ts';

/** When the consumer has stopped, all that matters is done: connections that still wait for something are cut off. */
const CLOSE_TIMEOUT_MS = 2000;

/**
 * Puts the sink behind the consumer, with pages for probes and Prometheus.
 *
 * @param sinks the definitions of the topics
 */
export function createService(
  settings: ConsumeSettings,
  sinks: CompiledSinks,
  telemetry: Telemetry,
): Service {
  const { logger } = telemetry;
  const topics = sinks.all.map(({ topic }) => topic);
  const groupId = settings.consumer.groupId ?? defaultGroup(sinks.all);
  const registry = new Registry();
  let circuit: Circuit = 'closed';
  const observer = observers(telemetry.observer, createCounters(registry), {
    onBatch: () => telemetry.metrics.publishStoredMetrics(),
    onCircuit(state) {
      circuit = state;
    },
  });
  const { sink, ping, close } = openSink(settings.sink, sinks, false, observer);
  // The shutdown's time is for both, one after the other.
  const { shutdownTimeoutMs } = settings.consumer;
  const closeTimeoutMs = Math.min(CLOSE_TIMEOUT_MS, shutdownTimeoutMs / 10);
  const consumer = createConsumer(
    { ...settings.consumer, shutdownTimeoutMs: shutdownTimeoutMs - closeTimeoutMs },
    {
      source: createKafkaSource(
        { ...settings.consumer, groupId },
        topics,
        settings.sink.retry,
        logger,
      ),
      sink,
      log: logger,
      observer,
    },
  );
  registerGauges(registry, consumer);
  registerProcess(registry);
  const readiness = createReadiness({
    kafka: () => consumer.status(),
    circuit: () => circuit,
    ping,
  });
  const http = createHttpFace(
    settings.http,
    new Map<string, MakePage>([
      ['/livez', () => text(200, 'ok\n')],
      ['/readyz', readiness],
      [
        '/metrics',
        async () => ({
          status: 200,
          type: registry.contentType,
          body: await registry.metrics(),
        }),
      ],
    ]),
  );

  let consuming = false;
  return {
    async start() {
      const url = await http.listen();
      logger.info('starting', { version: VERSION, health: url });
      await checkPostgres(ping, settings.sink.database.connectTimeoutMs, logger);
      await consumer.start();
      consuming = true;
      logger.info('consuming', { topics: topics.map(String), groupId });
    },
    async stop() {
      if (consuming) logger.info('stopping', { waiting: consumer.status().waiting });
      await consumer.stop();
      await waitAtMost(closeTimeoutMs, Promise.all([close(), http.close()]));
    },
    status: () => consumer.status(),
  };
}

/** Somebody must fix a refusal. Silence passes, and then the records wait for PostgreSQL. */
async function checkPostgres(
  ping: (ms: number) => Promise<void>,
  timeoutMs: number,
  logger: Telemetry['logger'],
): Promise<void> {
  try {
    await ping(timeoutMs);
  } catch (error) {
    if (error instanceof StoreError && !error.retriable)
      throw new StartError(
        `PostgreSQL does not let the sink in: ${error.message} Run kafka-pg-sink doctor with the same settings.`,
      );
    logger.warn('PostgreSQL does not answer yet, records will wait for it', {
      error: error instanceof Error ? error.message : typeof error,
    });
  }
}

/** These keep the names under which every dashboard for Node.js knows them. */
function registerProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'kafka_pg_sink_build_info',
    help: '1, with the version.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version: VERSION }, 1);
}
