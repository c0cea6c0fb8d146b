import type { Display } from '../../src/cli/display.ts';
import { count } from '../display.ts';
import { quantile } from '../metrics-page.ts';
import type { Flow } from './flow.ts';
import { follow } from './follow.ts';
import { type Look, lookAt } from './look.ts';
import { inMs } from './phase.ts';
import type { SinkProcess } from './sink-command.ts';

const FLUSH = 'kafka_pg_sink_flush_seconds';
const PROGRESS_MS = 1000;
const NOTHING = { acknowledged: 0, stored: 0, deadLettered: 0, lag: 0 } as const;

/** What fills the topics. */
interface Filling {
  readonly flow: Flow;
  /** For each topic. */
  readonly samples: number;
  /** Their names. */
  readonly topics: readonly string[];
  readonly display: Display;
}

/** What the first phase showed. */
export interface Backlog {
  readonly sink: SinkProcess;
  readonly last: Look;
  /** From the last look before the first record to the first look after the last, so that the rate was at least this. */
  readonly recordsPerSecond: number;
  /** Seconds. */
  readonly flushP95: number;
}

/**
 * Phase (a): fills the topics, starts the sink, and waits until it has taken the backlog. What is less than a batch then
 * waits for more records, and is left to the next phase.
 *
 * @param start starts the sink
 */
export async function drainBacklog(
  filling: Filling,
  batchSize: number,
  start: () => Promise<SinkProcess>,
  signal: AbortSignal,
): Promise<Backlog> {
  const { display } = filling;
  const records = await fill(filling);
  let begin = performance.now();
  const sink = await start();
  display.say(`kafka-pg-sink consume: process ${sink.pid}, ${sink.url}/metrics`);
  const flushP95 = ({ metrics }: Look) => quantile(0.95, FLUSH, new Map(), metrics);
  const last = await follow(
    {
      ...{ title: '(a) backlog', from: NOTHING, total: records, display, signal },
      ...{ look: () => lookAt(sink), lastLines: sink.lastLines },
      detail: (look) => `flush P95 ${inMs(flushP95(look))}`,
    },
    ({ acknowledged, askedAt }) => {
      if (acknowledged === 0) begin = askedAt;
      return acknowledged > Math.max(0, records - batchSize);
    },
  );
  const recordsPerSecond = (last.acknowledged / (last.answeredAt - begin)) * 1000;
  return { sink, last, recordsPerSecond, flushP95: flushP95(last) };
}

/** Produces the backlog, and returns its number of records. */
async function fill({ flow, samples, topics, display }: Filling): Promise<number> {
  const produced = flow.produce(samples, null);
  const records = count(produced.records);
  const where = topics.length > 1 ? 'each of the topics' : 'the topic';
  display.say(
    `(a) backlog: producing ${count(samples)} samples (${records} records) to ${where} ${topics.join(', ')}`,
  );
  const showing = setInterval(() => {
    display.progress(`(a) backlog: ${count(produced.acknowledged)} of ${records} records produced`);
  }, PROGRESS_MS);
  await produced.done.finally(() => clearInterval(showing));
  return produced.records;
}
