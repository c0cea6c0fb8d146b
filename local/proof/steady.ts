import { quantile } from '../metrics-page.ts';
import { follow } from './follow.ts';
import { type Look, lookAt } from './look.ts';
import { inMs, type Phase, RATE, samplesOf } from './phase.ts';

const CONSUMPTION = 'kafka_pg_sink_consumption_seconds';
const LATENCY = 'kafka_pg_sink_latency_seconds';

const SECONDS = 5;

/** What the second phase showed, in seconds. */
export interface Steady {
  readonly last: Look;
  /** From the timestamp of a record to its hand-over. */
  readonly consumptionP95: number;
  /** From there until its fate is known. */
  readonly latencyP95: number;
}

/** Phase (b): a steady flow, for the latency. */
export async function measureSteady(phase: Phase): Promise<Steady> {
  const { sink, flow, before, topics, batchSize, display, signal } = phase;
  const due = flow.records;
  const { records, done } = flow.produce(samplesOf(SECONDS, topics), RATE);
  const last = await follow(
    {
      ...{ title: '(b) steady flow', from: before, display, signal },
      total: due + records - before.acknowledged,
      ...{ look: () => lookAt(sink), lastLines: sink.lastLines },
      detail: ({ metrics }) =>
        `consumption P95 ${inMs(quantile(0.95, CONSUMPTION, before.metrics, metrics))}`,
    },
    ({ acknowledged }) => acknowledged > due + records - batchSize,
    [done],
  );
  await done;
  return {
    last,
    consumptionP95: quantile(0.95, CONSUMPTION, before.metrics, last.metrics),
    latencyP95: quantile(0.95, LATENCY, before.metrics, last.metrics),
  };
}
