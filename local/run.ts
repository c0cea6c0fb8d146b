import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Display } from '../src/cli/display.ts';
import type { Log } from '../src/kafka/source.ts';
import { matchingLine, producingLine, progressLine, summary, verdict } from './display.ts';
import { countDeadLetters, readDeadLetters } from './evidence.ts';
import type { Drained, RunningSink } from './figures.ts';
import { IN_MEMORY } from './memory-topics.ts';
import { isComplete, reconcileSamples } from './reconcile-samples.ts';
import { startSinkHere } from './sink-here.ts';
import { startSinkProcess } from './sink-process.ts';
import type { Stack } from './stack.ts';

const PROGRESS_INTERVAL_MS = 1000;
/** Between two looks at what the sink has done, each of which costs it something. */
const LOOK_INTERVAL_MS = 200;

/**
 * Produces the samples, has the sink take them, and reconciles.
 *
 * @returns whether every record is accounted for
 */
export async function run(
  stack: Stack,
  samples: number,
  display: Display,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  const { topics, sampled, load, env } = stack;
  Object.assign(process.env, env);
  const sqs = new SQSClient();
  const queueUrl = env.DEAD_LETTER_QUEUE_URL ?? '';
  const total = sampled.reduce((sum, one) => sum + one.samples.countRecords(samples), 0);
  display.say(producingLine(topics.names, samples, total));
  await Promise.race([topics.produce({ ...load, samples }), aborted(signal)]);
  const inMemory = topics.bootstrapServers === IN_MEMORY;
  if (!inMemory) display.say('Starting the sink: kafka-pg-sink consume, with its defaults');
  const sink = await (inMemory ? startSinkHere(stack, log) : startSinkProcess(stack, signal));
  let drained: Drained;
  try {
    drained = await drain(sink, total, display, () => countDeadLetters(sqs, queueUrl), signal);
  } finally {
    await sink.stop();
  }
  display.say(matchingLine(topics.names.length));
  const deadLetters = await readDeadLetters(sqs, queueUrl);
  const url = env.DATABASE_URL ?? '';
  const found = await reconcileSamples(url, sampled, samples, topics.read(), deadLetters);
  display.say(`\n${summary(drained, found, sampled.length)}\n\n${verdict(found)}`);
  return isComplete(found);
}

async function drain(
  sink: RunningSink,
  total: number,
  display: Display,
  countDeadLetters: () => Promise<number>,
  signal: AbortSignal,
): Promise<Drained> {
  /** When records were seen acknowledged, and how many; those of the last batch wait for company. */
  let first: { readonly at: number; readonly count: number } | undefined;
  let last = { at: 0, count: 0 };
  let shown = { at: performance.now(), count: 0 };
  for (;;) {
    const figures = await sink.figures();
    const now = { at: performance.now(), count: figures.acknowledged };
    if (now.count > 0) first ??= now;
    if (last.count < total - LAST_BATCH) last = now;
    if (figures.acknowledged >= total) {
      const seconds = (last.at - (first?.at ?? 0)) / 1000;
      const recordsPerSecond = (last.count - (first?.count ?? 0)) / Math.max(seconds, 0.001);
      return { ...figures, recordsPerSecond };
    }
    if (now.at - shown.at >= PROGRESS_INTERVAL_MS) {
      const rate = ((now.count - shown.count) / (now.at - shown.at)) * 1000;
      shown = now;
      display.progress(progressLine(figures, total, rate, await countDeadLetters()));
    }
    await sleep(LOOK_INTERVAL_MS, undefined, { signal });
  }
}

/** Records that may be left when only the last batch waits, by `BATCH_SIZE`. */
const LAST_BATCH = 100;

/** Rejects when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}
