import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Display } from '../src/cli/display.ts';
import type { Log } from '../src/kafka/source.ts';
import { matchingLine, producingLine, progressLine, summary, verdict } from './display.ts';
import { readDeadLetters } from './evidence.ts';
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
    drained = await drain(sink, total, display, signal);
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
  signal: AbortSignal,
): Promise<Drained> {
  const start = { at: performance.now(), count: 0 };
  /** The last look before the first record was done; or the first of all, if some were done by then. */
  let before = start;
  /** The first look at which no more than the last batch was left, whose records wait for company. */
  let last = start;
  let shown = start;
  for (;;) {
    const figures = await sink.figures();
    const now = { at: performance.now(), count: figures.acknowledged };
    if (before === start || now.count === 0) before = now;
    if (last.count < Math.max(1, total - LAST_BATCH)) last = now;
    if (figures.acknowledged >= total) {
      // A few records can all be done at the first look.
      const { at, count } = last === before ? start : before;
      return { ...figures, recordsPerSecond: ((last.count - count) / (last.at - at)) * 1000 };
    }
    if (now.at - shown.at >= PROGRESS_INTERVAL_MS) {
      const rate = ((now.count - shown.count) / (now.at - shown.at)) * 1000;
      shown = now;
      display.progress(progressLine(figures, total, rate));
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
