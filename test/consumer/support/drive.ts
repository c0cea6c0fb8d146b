import { onTestFinished, vi } from 'vitest';
import { createConsumer } from '../../../src/consumer/consumer.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import type { Observer } from '../../../src/sink/observer.ts';
import { sinkOf } from '../../support/fates.ts';
import { sinkRecord } from '../../support/records.ts';
import { consumerConfig } from '../../support/topic.ts';
import { createFakeSource } from './fake-source.ts';

const TOPIC = 'notifications';

export const at = (offset: number, partition = 0, value: unknown = 'x', topic = TOPIC) =>
  sinkRecord(value, { topic, partition, offset, key: null });

/** As the consumer names a partition and a position in it. */
export const partitionOf = (partition: number, topic = TOPIC) => ({ topic, partition });
export const position = (partition: number, offset: number, topic = TOPIC) => ({
  ...{ topic, partition, offset },
});

/** Records with these offsets, the last one excluded. */
export const range = (from: number, to: number, partition = 0, topic = TOPIC) =>
  Array.from({ length: to - from }, (_, index) => at(from + index, partition, 'x', topic));

/** Lets all go on that needs no time. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

/**
 * A consumer of a topic in memory, on a fake clock. Three partitions are its own, from offset 0 on.
 *
 * @param fails the records that fail; default: none
 */
export async function drive(
  fails: Parameters<typeof sinkOf>[0] = () => [],
  settings: Readonly<Record<string, string>> = {},
  observer: Observer = {},
) {
  vi.useFakeTimers();
  const fake = createFakeSource();
  const batches: SinkRecord[][] = [];
  const warnings: string[] = [];
  const sink = sinkOf((records) => {
    batches.push([...records]);
    return fails(records);
  });
  const log = {
    warn: (message: string, fields: object) =>
      void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const consumer = createConsumer(consumerConfig('localhost:9092', 'notifications', settings), {
    ...{ source: fake.source, sink, log, observer },
  });
  await consumer.start();
  for (const partition of [0, 1, 2]) fake.group().assigned(partitionOf(partition), 0, 0);
  onTestFinished(async () => {
    const stopped = consumer.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    await stopped;
    vi.useRealTimers();
  });
  return {
    ...fake,
    consumer,
    /** What the sink was given, one entry a batch. */
    batches: batches as readonly (readonly SinkRecord[])[],
    /** The offsets of each batch, as far as they are of this partition. */
    offsets: (partition = 0) =>
      batches.map((batch) =>
        batch.filter((one) => one.partition === partition).map(({ offset }) => offset),
      ),
    warnings: warnings as readonly string[],
  };
}

/** A sink's work that waits until it is opened; nothing fails then. */
export function createGate() {
  const gate = Promise.withResolvers<readonly SinkRecord[]>();
  return { wait: () => gate.promise, open: () => gate.resolve([]) };
}
