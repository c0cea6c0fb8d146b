import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Display } from '../src/cli/display.ts';
import { createConsumer } from '../src/consumer/consumer.ts';
import type { Log } from '../src/kafka/source.ts';
import { readConsumeSettings } from '../src/settings/service.ts';
import { observers } from '../src/sink/observer.ts';
import { openSink } from '../src/sink/open-sink.ts';
import { progressLine, summary, verdict } from './display.ts';
import { countDeadLetters, readDeadLetters } from './evidence.ts';
import { measure } from './meter.ts';
import { isComplete, reconcileSamples } from './reconcile-samples.ts';
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
  display: Display,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  const { topics, sinks, sampled, load, env } = stack;
  Object.assign(process.env, env);
  const opened = openSink(readConsumeSettings(env).sink, sinks, false, observers());
  const { sink, figures } = measure(opened.sink);
  const source = topics.source(stack.consumer);
  const consumer = createConsumer(stack.consumer, { source, sink, log });
  const sqs = new SQSClient();
  const queueUrl = env.DEAD_LETTER_QUEUE_URL ?? '';
  const total = sampled.reduce((sum, one) => sum + one.samples.countRecords(samples), 0);
  let produced = 0;
  try {
    await consumer.start();
    display.say(producingLine(topics.names, samples, total));
    const producing = topics.produce({ ...load, samples }, (records) => {
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
  display.say(matching(topics.names.length));
  const deadLetters = await readDeadLetters(sqs, queueUrl);
  const url = env.DATABASE_URL ?? '';
  const found = await reconcileSamples(url, sampled, samples, topics.read(), deadLetters);
  display.say(`\n${summary(figures, found, sampled.length, peakRssBytes)}\n\n${verdict(found)}`);
  return isComplete(found);
}

function producingLine(topics: readonly string[], samples: number, records: number): string {
  return topics.length === 1
    ? `Producing ${samples} samples (${records} records) to the topic ${topics[0]}`
    : `Producing ${samples} samples to each of the topics ${topics.join(', ')} (${records} records)`;
}

function matching(topics: number): string {
  return topics === 1
    ? 'Matching every record of the topic with the table and the queue'
    : 'Matching every record of the topics with the tables and the queue';
}

/** Rejects when the promise does, and never resolves. */
function failureOf(promise: Promise<void>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}
