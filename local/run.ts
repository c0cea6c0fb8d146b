import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import definition from '../sink.config.ts';
import type { Display } from '../src/cli/display.ts';
import { createConsumer } from '../src/consumer/consumer.ts';
import { compileSinks } from '../src/definition/sinks.ts';
import type { Log } from '../src/kafka/source.ts';
import { readConsumeSettings } from '../src/settings/service.ts';
import { observers } from '../src/sink/observer.ts';
import { openSink } from '../src/sink/open-sink.ts';
import { progressLine, summary, verdict } from './display.ts';
import { countDeadLetters, readDeadLetters, readRows } from './evidence.ts';
import { measure } from './meter.ts';
import { isComplete, reconcileSamples } from './reconcile-samples.ts';
import { countRecords } from './samples.ts';
import type { Stack } from './stack.ts';

const PROGRESS_INTERVAL_MS = 1000;

/**
 * Produces the samples, takes them through the consumer, and reconciles.
 *
 * @returns whether every record is accounted for
 */
export async function run(
  stack: Stack,
  samples: number,
  runId: number,
  display: Display,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  const { topic, env } = stack;
  Object.assign(process.env, env);
  const opened = openSink(
    readConsumeSettings(env).sink,
    compileSinks({ ...definition, topic: topic.name, table: stack.table }),
    false,
    observers(),
  );
  const { sink, figures } = measure(opened.sink);
  const source = topic.source(stack.consumer);
  const consumer = createConsumer(stack.consumer, { source, sink, log });
  const sqs = new SQSClient();
  const queueUrl = env.DEAD_LETTER_QUEUE_URL ?? '';
  const total = countRecords(samples);
  let produced = 0;
  try {
    await consumer.start();
    display.say(`Producing ${samples} samples (${total} records) to the topic ${topic.name}`);
    const producing = topic.produce(samples, runId, (records) => {
      produced = records;
    });
    producing.catch(() => {});
    let last = { at: performance.now(), acknowledged: 0 };
    while (figures.acknowledged < total) {
      signal.throwIfAborted();
      await Promise.race([
        sleep(PROGRESS_INTERVAL_MS, undefined, { signal }),
        failureOf(producing),
      ]);
      const deadLetters = await countDeadLetters(sqs, queueUrl);
      const now = performance.now();
      const rate = ((figures.acknowledged - last.acknowledged) / (now - last.at)) * 1000;
      last = { at: now, acknowledged: figures.acknowledged };
      const stored = Math.max(0, figures.acknowledged - deadLetters);
      display.progress(progressLine(figures, { produced, total, rate, stored, deadLetters }));
    }
    await producing;
  } finally {
    await consumer.stop();
    await opened.close();
  }
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  display.say('Matching every record of the topic with the table and the queue');
  const rows = await readRows(env.DATABASE_URL ?? '', stack.table);
  const deadLetters = await readDeadLetters(sqs, queueUrl);
  const found = await reconcileSamples(samples, runId, topic.read(), rows, deadLetters);
  display.say(`\n${summary(figures, found, peakRssBytes)}\n\n${verdict(found)}`);
  return isComplete(found);
}

/** Rejects when the promise does, and never resolves. */
function failureOf(promise: Promise<void>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}
